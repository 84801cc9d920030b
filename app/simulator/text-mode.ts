import {
  type DecodedDeliver,
  type DecodedStatusReport,
  decodeFromNetwork,
  decodeSubmit,
} from '../pdu/index.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { localTime } from './local-time.ts';
import type { StoredMessage } from './message-store.ts';

/** `<stat>` in text mode (27.005 §3.1), at the index it has in PDU mode; the last asks for all. */
export const STATE_WORDS: readonly string[] = [
  'REC UNREAD',
  'REC READ',
  'STO UNSENT',
  'STO SENT',
  'ALL',
];

/** Octets of the TPDU: what `+CMT:`, `+CMGR:` and `AT+CMGS=` count, without the SMSC field. */
export function tpduLength(pdu: string): number {
  return pdu.length / 2 - 1 - Number.parseInt(pdu.slice(0, 2), 16);
}

/** The lines that bring a message straight to the program: `+CMT` or `+CDS` (27.005 §3.4.1). */
export function directLines(message: IncomingMessage, textMode: boolean): string {
  const { pdu } = message;
  const name = message.kind === 'deliver' ? '+CMT' : '+CDS';
  const decoded = textMode ? read(pdu) : null;
  if (decoded === null) {
    const length = tpduLength(pdu);
    return `${name}: ${name === '+CMT' ? `,${length}` : length}\r\n${pdu}`;
  }
  return decoded.kind === 'deliver'
    ? `+CMT: "${decoded.from}",,"${time(decoded.serviceCentreAtMs)}"\r\n${decoded.text}`
    : `+CDS: ${reportFields(decoded)}`;
}

/** What follows the index in `+CMGL:`, and `+CMGR:` itself, in text mode. */
export function storedHeader(message: StoredMessage): string {
  const state = `"${STATE_WORDS[message.state]}"`;
  const decoded = read(message.pdu);
  if (decoded === null) {
    return `${state},"${recipientOf(message.pdu)}",`;
  }
  return decoded.kind === 'deliver'
    ? `${state},"${decoded.from}",,"${time(decoded.serviceCentreAtMs)}"`
    : `${state},${reportFields(decoded)}`;
}

/** The text line of a stored message in text mode. */
export function storedText(message: StoredMessage): string {
  const decoded = read(message.pdu);
  if (decoded !== null) {
    return decoded.kind === 'deliver' ? decoded.text : '';
  }
  try {
    return decodeSubmit(message.pdu).text;
  } catch {
    return message.pdu;
  }
}

function read(pdu: string): DecodedDeliver | DecodedStatusReport | null {
  try {
    return decodeFromNetwork(pdu);
  } catch {
    return null;
  }
}

function recipientOf(pdu: string): string {
  try {
    return decodeSubmit(pdu).to;
  } catch {
    return '';
  }
}

function reportFields(report: DecodedStatusReport): string {
  const type = report.recipient.startsWith('+') ? 145 : 129;
  const sent = time(report.serviceCentreAtMs);
  const done = time(report.dischargedAtMs);
  return `6,${report.reference},"${report.recipient}",${type},"${sent}","${done}",${report.tpSt}`;
}

function time(wallMs: number | null): string {
  return wallMs === null ? '' : localTime(wallMs);
}
