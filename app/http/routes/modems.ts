import type { WorkerCommand } from '../../domain/worker-protocol.ts';
import * as checks from '../compiled-checks.js';
import type { HttpContext } from '../context.ts';
import { EMPTY_INPUT, UNLOCK_INPUT, USSD_INPUT } from '../input-schemas.ts';
import { invalidFields } from '../problems.ts';
import { modemResource } from '../resource.ts';
import { type Validator, validator } from '../validator.ts';
import { modemOrder, ORDER_PROBLEMS } from './modem-order.ts';
import { Refusal, type Route, refuse } from './route.ts';
import { selfTestRoute } from './self-test.ts';

type ActionBody = Readonly<Record<'pin' | 'puk' | 'code', string | null | undefined>> & {
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
  const { worker } = context;
  const order = modemOrder(context);

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
        problems: ORDER_PROBLEMS,
        handle: async (call) => {
          const body = call.body ?? {};
          const errors = action.check(body, '');
          if (errors.length > 0) {
            throw new Refusal(invalidFields(errors));
          }
          const command = action.command(body as ActionBody);
          const { ok, detail } = await order(call, command, action.timeoutMs);
          return ok ? { status: 200, body: { ok, detail } } : refuse('modem-refused', { detail });
        },
      }),
    ),
    selfTestRoute(context, order),
  ];
}
