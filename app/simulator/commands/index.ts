import { BASIC } from './basic.ts';
import type { Handler } from './handler.ts';
import { IDENTITY } from './identity.ts';
import { RADIO } from './radio.ts';
import { SIM } from './sim.ts';
import { SMS_READ } from './sms-read.ts';
import { SMS_SETTINGS } from './sms-settings.ts';
import { USSD } from './ussd.ts';

/** Every command that all families know, by name; sends and vendor commands are looked up before. */
export const COMMANDS: ReadonlyMap<string, Handler> = new Map(
  [BASIC, IDENTITY, SIM, RADIO, SMS_SETTINGS, SMS_READ, USSD].flatMap((group) =>
    Object.entries(group),
  ),
);
