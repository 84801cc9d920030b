import type { AtCommand } from '../at-syntax.ts';
import { type ModemContext, simTrouble } from '../context.ts';
import type { MessageStore, StoredMessage } from '../message-store.ts';
import { cms, type Outcome, ok } from '../outcome.ts';
import { STATE_WORDS, storedHeader, storedText, tpduLength } from '../text-mode.ts';
import { type Handlers, wholeNumber } from './handler.ts';

const ALL = 4;

function readStore(modem: ModemContext): MessageStore | null {
  return modem.stores.get(modem.settings.readMemory) ?? null;
}

/** `+CMGL` (27.005 §4.1, §3.4.2): all messages of a state; reading makes unread ones read. */
function list(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const textMode = modem.settings.cmgf === 1;
  if (form === 'test') {
    const words = STATE_WORDS.map((word) => `"${word}"`).join(',');
    return ok(`+CMGL: (${textMode ? words : '0-4'})`);
  }
  const trouble = simTrouble(modem);
  if (trouble !== null) {
    return cms(trouble.cms);
  }
  const wanted = args[0] ?? (textMode ? 'REC UNREAD' : '0');
  const state = textMode ? STATE_WORDS.indexOf(wanted.toUpperCase()) : (wholeNumber(wanted) ?? -1);
  if (state < 0 || state > ALL) {
    return cms(textMode ? 305 : 304);
  }
  const lines = (readStore(modem)?.list() ?? [])
    .filter((message) => state === ALL || message.state === state)
    .flatMap((message) => {
      const shown = textMode
        ? [`+CMGL: ${message.index},${storedHeader(message)}`, storedText(message)]
        : [`+CMGL: ${message.index},${message.state},,${tpduLength(message.pdu)}`, message.pdu];
      markRead(message);
      return shown;
    });
  return ok(...lines);
}

/** `+CMGR` (27.005 §4.2, §3.4.3). */
function read(modem: ModemContext, { form, args }: AtCommand): Outcome {
  if (form === 'test') {
    return ok();
  }
  const trouble = simTrouble(modem);
  if (trouble !== null) {
    return cms(trouble.cms);
  }
  const message = readStore(modem)?.get(wholeNumber(args[0] ?? '') ?? -1);
  if (message === undefined) {
    return cms(321);
  }
  const shown =
    modem.settings.cmgf === 1
      ? ok(`+CMGR: ${storedHeader(message)}`, storedText(message))
      : ok(`+CMGR: ${message.state},,${tpduLength(message.pdu)}`, message.pdu);
  markRead(message);
  return shown;
}

/** Which messages the second argument of `+CMGD` adds (27.005 §3.5.4). */
const DELETED_STATES: readonly (readonly number[])[] = [[], [1], [1, 3], [1, 2, 3], [0, 1, 2, 3]];

/** `+CMGD`: frees places, so that the network may bring what it held back. */
function remove(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const trouble = simTrouble(modem);
  if (trouble !== null) {
    return cms(trouble.cms);
  }
  const store = readStore(modem);
  if (form === 'test') {
    return ok(`+CMGD: (${(store?.list() ?? []).map((m) => m.index).join(',')}),(0-4)`);
  }
  const index = wholeNumber(args[0] ?? '') ?? -1;
  const states = DELETED_STATES[wholeNumber(args[1] ?? '0') ?? -1];
  if (store === null || states === undefined) {
    return cms(302);
  }
  if (states.length > 0) {
    for (const message of store.list().filter((m) => states.includes(m.state))) {
      store.delete(message.index);
    }
  } else if (store.has(index)) {
    store.delete(index);
  } else {
    return cms(321);
  }
  modem.after(0, () => modem.incoming.flush());
  return ok();
}

function markRead(message: StoredMessage): void {
  if (message.state === 0) {
    message.state = 1;
  }
}

/** Stored messages. */
export const SMS_READ: Handlers = { '+CMGL': list, '+CMGR': read, '+CMGD': remove };
