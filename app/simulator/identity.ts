import { createHash } from 'node:crypto';
import { luhnDigit } from '../domain/luhn.ts';
import { simulatedImei } from '../domain/simulated-imei.ts';

/** Who the modem and its SIM say they are. */
export interface Identity {
  /** 15 digits, Luhn valid. */
  readonly imei: string;
  /** 19 digits, Luhn valid. */
  readonly iccid: string;
  /** 15 digits, of the simulated operator's network 510 10. */
  readonly imsi: string;
}

/** The same modem id always gives the same identity, as a modem on a shelf would. */
export function makeIdentity(modemId: string, modelNumber: number): Identity {
  const digest = createHash('sha256').update(modemId).digest();
  const serial = digest.readUInt32BE(0);
  const iccid = `8962109999${String(digest.readUInt32BE(4) % 100_000_000).padStart(8, '0')}`;
  return {
    imei: simulatedImei(modelNumber, serial),
    iccid: iccid + luhnDigit(iccid),
    imsi: `51010${String(digest.readUInt32BE(8)).padStart(10, '0')}`,
  };
}
