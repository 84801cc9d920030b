import { GatewayError } from '../../domain/gateway-error.ts';
import type { ModemId } from '../../domain/ids.ts';
import type { WorkerCommand } from '../../domain/worker-protocol.ts';
import * as checks from '../compiled-checks.js';
import type { HttpContext } from '../context.ts';
import { EMPTY_INPUT, SELF_TEST_INPUT, UNLOCK_INPUT, USSD_INPUT } from '../input-schemas.ts';
import { invalidField, invalidFields } from '../problems.ts';
import { modemResource } from '../resource.ts';
import { type Validator, validator } from '../validator.ts';
import { type Answer, type Call, Refusal, type Route, refuse } from './route.ts';

type ActionBody = Readonly<Record<'pin' | 'puk' | 'code' | 'to', string | null | undefined>> & {
  readonly force?: boolean;
};

interface Action {
  readonly name: WorkerCommand['name'];
  readonly id: string;
  readonly summary: string;
  readonly schema: string;
  readonly bodyOptional: boolean;
  readonly timeoutMs: number;
  readonly check: Validator;
  readonly command: (body: ActionBody) => WorkerCommand;
}

/** The list of modems, and orders to them through the modem worker. */
export function modemRoutes(context: HttpContext): readonly Route[] {
  const { config, worker, recipients, logger, status } = context;

  const order = async (call: Call, command: WorkerCommand, timeoutMs: number): Promise<Answer> => {
    const modem = call.params['id'] ?? '';
    if (!config.modems.some(({ id }) => id === modem)) {
      const known = config.modems.map(({ id }) => id).join(', ') || 'none';
      return refuse('modem-not-found', {
        detail: `There is no modem "${modem.slice(0, 64)}"; configured are ${known}.`,
      });
    }
    logger.info({ modem, action: command.name, by: call.caller?.name }, 'order to a modem');
    try {
      const reply = await worker.command(modem as ModemId, command, timeoutMs);
      if (command.name === 'self-test') {
        status.noteSelfTest(modem, reply.ok, reply.detail);
      }
      return reply.ok
        ? { status: 200, body: { ok: true, detail: reply.detail } }
        : refuse('modem-refused', { detail: reply.detail });
    } catch (error) {
      if (error instanceof GatewayError) {
        return refuse('worker-stopped', {
          detail: `${error.message} Look at the modem's state, then repeat.`,
        });
      }
      throw error;
    }
  };

  const selfTest = ({ to }: ActionBody): WorkerCommand => {
    const recipient = to === null || to === undefined ? null : recipients(to);
    if (recipient === null && to !== null && to !== undefined) {
      throw new Refusal(invalidField('/to', 'is no number'));
    }
    return { name: 'self-test', to: recipient?.address ?? null };
  };

  const actions: readonly Action[] = [
    {
      name: 'restart',
      id: 'restartModem',
      summary: 'Restart the modem',
      schema: 'EmptyInput',
      bodyOptional: true,
      timeoutMs: 30_000,
      check: validator(EMPTY_INPUT, checks.EMPTY_INPUT),
      command: () => ({ name: 'restart' }),
    },
    {
      name: 'unlock',
      id: 'unlockModem',
      summary: 'Give the SIM its PIN, or its PUK and a new PIN',
      schema: 'UnlockInput',
      bodyOptional: false,
      timeoutMs: 60_000,
      check: validator(UNLOCK_INPUT, checks.UNLOCK_INPUT),
      command: ({ pin, puk, force }) => ({
        name: 'unlock',
        pin: pin ?? '',
        puk: puk ?? null,
        ...(force === true ? { force } : {}),
      }),
    },
    {
      name: 'ussd',
      id: 'dialUssd',
      summary: 'Dial a USSD code and answer what the network says',
      schema: 'UssdInput',
      bodyOptional: false,
      timeoutMs: 90_000,
      check: validator(USSD_INPUT, checks.USSD_INPUT),
      command: ({ code }) => ({ name: 'ussd', code: code ?? '' }),
    },
    {
      name: 'self-test',
      id: 'testModem',
      summary: 'Check the modem step by step; with `to` also send a test SMS',
      schema: 'SelfTestInput',
      bodyOptional: true,
      timeoutMs: 180_000,
      check: validator(SELF_TEST_INPUT, checks.SELF_TEST_INPUT),
      command: selfTest,
    },
  ];

  return [
    {
      method: 'GET',
      path: '/v1/modems',
      id: 'listModems',
      tag: 'modems',
      summary: 'All modems as the worker last reported them',
      access: 'messages:read',
      answers: { 200: { means: 'The modems.', schema: 'ModemList' } },
      problems: [],
      handle: ({ caller }) => ({
        status: 200,
        body: {
          items: (worker.snapshot()?.modems ?? []).map((modem) =>
            modemResource(modem, caller?.may('admin') ?? false),
          ),
          nextCursor: null,
        },
      }),
    },
    ...actions.map(
      (action): Route => ({
        method: 'POST',
        path: `/v1/modems/{id}/actions/${action.name}`,
        id: action.id,
        tag: 'modems',
        summary: action.summary,
        access: 'admin',
        body: { schema: action.schema, limit: 'body', optional: action.bodyOptional },
        answers: { 200: { means: 'The modem did it.', schema: 'ActionResult' } },
        problems: ['modem-not-found', 'modem-refused', 'worker-stopped'],
        handle: (call) => {
          const body = call.body ?? {};
          const errors = action.check(body, '');
          if (errors.length > 0) {
            throw new Refusal(invalidFields(errors));
          }
          return order(call, action.command(body as ActionBody), action.timeoutMs);
        },
      }),
    ),
  ];
}
