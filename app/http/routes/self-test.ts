import * as checks from '../compiled-checks.js';
import type { HttpContext } from '../context.ts';
import { SELF_TEST_INPUT } from '../input-schemas.ts';
import type { CheckedMessage } from '../message-input.ts';
import { invalidFields } from '../problems.ts';
import { validator } from '../validator.ts';
import { STORING } from './enqueue.ts';
import { type ModemOrder, modemOf, ORDER_PROBLEMS } from './modem-order.ts';
import { type Answer, type Call, Refusal, type Route, refuse, UnknownOutcome } from './route.ts';

const TIMEOUT_MS = 180_000;
/** Who asked stands beside the phone; an SMS that comes after the technician has left tells nobody anything. */
const VALIDITY_SECONDS = 1_800;

/**
 * `POST /v1/modems/{id}/actions/self-test`. With `to` the way is tried to its end: an SMS is stored like every other, ahead of
 * the rest, for that modem alone; its id is in the answer, so that its fate can be followed.
 */
export function selfTestRoute(context: HttpContext, order: ModemOrder): Route {
  const { config, accept, readMessage, status, counters } = context;
  const check = validator(SELF_TEST_INPUT, checks.SELF_TEST_INPUT);

  /** Read before the modem is asked, so that a wrong number costs no three minutes. */
  const testSms = (to: string, modem: string): CheckedMessage => {
    const text = `Test SMS from ${config.site.name ?? 'pisang'}, ${modem}.`;
    const fields = { to, text, modem, priority: 'high', validitySeconds: VALIDITY_SECONDS };
    const message = readMessage(fields, '');
    if ('errors' in message) {
      throw new Refusal(invalidFields(message.errors));
    }
    return message;
  };

  const send = async (call: Call, message: CheckedMessage, detail: string): Promise<Answer> => {
    const outcome = await accept([message], call.caller?.name ?? '', null);
    switch (outcome.kind) {
      case 'accepted': {
        counters.accepted += outcome.messages.length;
        const messageId = outcome.messages[0]?.id;
        return {
          status: 200,
          body: { ok: true, detail: `${detail} A test SMS to ${message.to} is queued.`, messageId },
        };
      }
      case 'refused':
        throw new Refusal(outcome.refusal);
      case 'replayed':
      case 'unknown':
        throw new UnknownOutcome();
    }
  };

  const handle = async (call: Call): Promise<Answer> => {
    const body = call.body ?? {};
    const errors = check(body, '');
    if (errors.length > 0) {
      throw new Refusal(invalidFields(errors));
    }
    const { to = null } = body as { to?: string | null };
    const modem = modemOf(context, call);
    const message = to === null ? null : testSms(to, modem);
    const { ok, detail } = await order(call, { name: 'self-test' }, TIMEOUT_MS);
    status.noteSelfTest(modem, ok, detail);
    if (!ok) {
      return refuse('modem-refused', { detail });
    }
    return message === null
      ? { status: 200, body: { ok: true, detail } }
      : send(call, message, detail);
  };

  return {
    method: 'POST',
    path: '/v1/modems/{id}/actions/self-test',
    id: 'testModem',
    tag: 'modems',
    summary: 'Check the modem step by step; with `to` also send a test SMS',
    access: 'admin',
    body: { schema: 'SelfTestInput', limit: 'body', optional: true },
    answers: { 200: { means: 'The modem is able to send.', schema: 'SelfTestResult' } },
    problems: [...ORDER_PROBLEMS, ...STORING.filter((code) => !code.includes('idempotency'))],
    handle,
  };
}
