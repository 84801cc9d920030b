import type { StatusFacts } from '../domain/conditions/facts.ts';
import { errorByCode } from '../domain/error-table.ts';
import type { MessageRecord } from '../outbox/contract.ts';
import { maskNumber } from './mask.ts';
import type { LastError } from './modem-memory.ts';
import type { MessageLine, StatusDocument } from './status-document.ts';

/** One line of the last messages; never their text. */
export function messageLine(
  message: MessageRecord,
  facts: StatusFacts,
  authenticated: boolean,
): MessageLine {
  const modem = facts.modems.find(({ snapshot }) => snapshot.id === message.modem);
  return {
    id: message.id,
    to: authenticated ? message.to : maskNumber(message.to),
    status: message.status,
    parts: message.segments,
    acceptedAt: new Date(message.createdAtMs).toISOString(),
    sentAfterMs:
      message.sentAtMs === null ? null : Math.max(0, message.sentAtMs - message.createdAtMs),
    modem: message.modem,
    errorCode: message.errorCode,
    simulated: message.modem === null ? onlySimulated(facts) : (modem?.snapshot.simulated ?? false),
  };
}

/** Whether no real modem could take a message that none has taken yet. */
function onlySimulated({ modems }: StatusFacts): boolean {
  return modems.length > 0 && modems.every(({ snapshot }) => snapshot.simulated);
}

/** The newest refusal or silence, in plain words. */
export function lastError(
  seen: LastError | null,
  messages: readonly MessageRecord[],
): StatusDocument['lastError'] {
  const code = seen?.code ?? messages.find((message) => message.errorCode !== null)?.errorCode;
  if (code == null) {
    return null;
  }
  const entry = errorByCode(code);
  return {
    code: entry.code,
    class: entry.class,
    at: seen?.at ?? null,
    countToday: seen?.count ?? null,
    title: entry.title,
    remedy: entry.remedy,
  };
}
