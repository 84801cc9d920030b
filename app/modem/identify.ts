import { parseIdentityText, parseImei } from './answers/identity.ts';
import type { ModemFacts } from './facts.ts';
import { pickProfile } from './profiles.ts';
import type { Talk } from './talk.ts';

/** Makes answers readable: echo off, words instead of digits, numbered errors. Refusals don't matter. */
export async function tidyAnswers(talk: Talk): Promise<void> {
  const echo = await talk.ask('ATE0', 2_000);
  if (!echo.ok) {
    await talk.ask('ATE0V1Q0', 2_000);
  }
  await talk.ask('AT+CMEE=1', 2_000);
}

/** Who the modem is, and with that its family. Leaves null what it does not tell. */
export async function identify(talk: Talk, facts: ModemFacts): Promise<void> {
  const text = async (...commands: string[]): Promise<string | null> =>
    parseIdentityText((await talk.firstOk(commands, 5_000, { anyText: true })).lines);
  facts.manufacturer = await text('AT+CGMI', 'AT+GMI');
  facts.model = await text('AT+CGMM', 'AT+GMM', 'ATI');
  facts.firmware = await text('AT+CGMR', 'AT+GMR');
  facts.imei = await readImei(talk);
  facts.profile = pickProfile(facts);
  facts.identified = true;
  for (const command of facts.profile.quietCommands) {
    await talk.ask(command, 2_000);
  }
}

/** The identity of the device (27.007 §5.4): ports are renumbered, this is not. */
export async function readImei(talk: Talk): Promise<string | null> {
  for (const command of ['AT+CGSN', 'AT+CGSN=1', 'AT+GSN']) {
    const imei = parseImei((await talk.ask(command, 5_000, { anyText: true })).lines);
    if (imei !== null) {
      return imei;
    }
  }
  return null;
}
