import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Command,
  type CommandContext,
  failure,
  integerOption,
  optionOf,
  requiredOption,
} from './command.ts';
import { API_OPTIONS, type ApiAddress, apiAddress, callApi, refusal } from './local-api.ts';

const POLL_MS = 500;
/** The network has the SMS; how long to wait for its delivery report as well. */
const REPORT_WAIT_MS = 30_000;
const GOOD = new Set(['sent', 'delivered']);
const FINAL = new Set(['delivered', 'undelivered', 'failed', 'expired', 'canceled', 'uncertain']);

export const command: Command = {
  usage: '--to NUMBER --text TEXT [--wait]',
  options: {
    to: { value: 'NUMBER', help: 'recipient: +62…, a national number or a short code' },
    text: { value: 'TEXT', help: 'the message' },
    wait: { value: null, help: 'wait for the outcome and print it' },
    timeout: { value: 'SECONDS', help: 'with --wait: longest wait, default 120' },
    modem: { value: 'ID', help: 'send with this modem only' },
    priority: { value: 'high|normal|low', help: 'default normal' },
    reference: { value: 'TEXT', help: 'your own mark, for finding it again' },
    ...API_OPTIONS,
  },
  words: [0, 0],
  examples: [
    'pisang send --to 089610707901 --text "hello"',
    'pisang send --to +6289610707901 --text "hello" --wait',
    'pisang send --url http://pisang.local --key psg_… --to 089610707901 --text "hello"',
  ],
  run: async (context) => {
    const body = {
      to: requiredOption(context, 'to'),
      text: requiredOption(context, 'text'),
      ...optional(context, 'modem'),
      ...optional(context, 'priority'),
      ...optional(context, 'reference'),
    };
    const timeoutMs = integerOption(context, 'timeout', 120, 86_400) * 1000;
    const address = await apiAddress(context);
    const answer = await callApi(address, 'POST', '/v1/messages', body, {
      'idempotency-key': randomUUID(),
    });
    const id = stringField(answer.body, 'id');
    if (answer.status < 200 || answer.status > 299 || id === null) {
      throw failure('refused', refusal(answer));
    }
    context.print(id);
    return context.given.has('wait') ? waitFor(context, address, id, timeoutMs) : 0;
  },
};

function optional(context: CommandContext, name: string): Record<string, string> {
  const value = optionOf(context, name);
  return value === null ? {} : { [name]: value };
}

async function waitFor(
  context: CommandContext,
  address: ApiAddress,
  id: string,
  timeoutMs: number,
): Promise<number> {
  const started = performance.now();
  let sentAt: number | null = null;
  for (;;) {
    const answer = await callApi(address, 'GET', `/v1/messages/${id}`);
    const status = stringField(answer.body, 'status');
    if (answer.status !== 200 || status === null) {
      throw failure('refused', refusal(answer));
    }
    const now = performance.now();
    if (status === 'sent') {
      sentAt ??= now;
    }
    const reportIsLate = sentAt !== null && now - sentAt >= REPORT_WAIT_MS;
    if (FINAL.has(status) || reportIsLate || now - started >= timeoutMs) {
      context.print(outcome(status, answer.body));
      return GOOD.has(status) ? 0 : 1;
    }
    await sleep(POLL_MS);
  }
}

/** The state, and for a failure its code and sentence. */
function outcome(status: string, body: unknown): string {
  const error = (body as { error?: { code?: unknown; title?: unknown } | null }).error;
  if (error === null || error === undefined) {
    return status;
  }
  const title =
    typeof error.title === 'object' && error.title !== null && 'en' in error.title
      ? error.title.en
      : error.title;
  return `${status}: ${[error.code, title].filter((one) => typeof one === 'string').join(', ')}`;
}

function stringField(body: unknown, name: string): string | null {
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : null;
}
