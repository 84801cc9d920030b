import { type DecodedSubmit, decodeSubmit, encodeSubmit, segmentText } from '../pdu/index.ts';
import { decodeString } from './character-set.ts';
import type { Settings } from './settings.ts';
import { tpduLength } from './text-mode.ts';

/** An SMS-SUBMIT that the modem is ready to give to the network. */
export interface Submission {
  readonly fields: DecodedSubmit;
  /** Hex, as the program sent it. */
  readonly pdu: string;
}

/** Largest TPDU of an SMS-SUBMIT (23.040 §9.2.2.2). */
const MAX_TPDU = 164;

/** What came at the prompt in PDU mode; null when it is no SMS-SUBMIT of the announced length. */
export function submissionFromPdu(message: string, announced: number): Submission | null {
  const pdu = message.trim().toUpperCase();
  if (!isPdu(pdu) || tpduLength(pdu) !== announced || announced > MAX_TPDU) {
    return null;
  }
  return decoded(pdu);
}

/** What came at the prompt in text mode; null when the network could not carry it in one SMS. */
export function submissionFromText(
  message: string,
  to: string,
  settings: Settings,
): Submission | null {
  const [fo = 17, , , dcs = 0] = settings.csmp;
  const number = decodeString(to, settings.cscs);
  const text = decodeString(message.replace(/\n$/, ''), settings.cscs);
  try {
    const { encoding } = segmentText(text, { encoding: dcs === 8 ? 'ucs2' : 'auto' });
    const { pdu } = encodeSubmit({
      to: number,
      text,
      encoding,
      concat: null,
      validitySeconds: null,
      statusReport: (fo & 0x20) !== 0,
      flash: (dcs & 0xf3) === 0x10,
    });
    return decoded(pdu);
  } catch {
    return null;
  }
}

/** Whether the text is hex that begins with a service-centre field. */
export function isPdu(pdu: string): boolean {
  return /^([0-9A-F]{2}){2,}$/.test(pdu);
}

function decoded(pdu: string): Submission | null {
  try {
    return { fields: decodeSubmit(pdu), pdu };
  } catch {
    return null;
  }
}
