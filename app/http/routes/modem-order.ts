import { GatewayError } from '../../domain/gateway-error.ts';
import type { ModemId } from '../../domain/ids.ts';
import type { WorkerCommand } from '../../domain/worker-protocol.ts';
import type { CommandReply } from '../../local/worker-link.ts';
import type { HttpContext } from '../context.ts';
import type { ProblemCode } from '../problem-table.ts';
import { type Call, refuse } from './route.ts';

/** Refusals of every order to a modem. */
export const ORDER_PROBLEMS: readonly ProblemCode[] = [
  'modem-not-found',
  'modem-refused',
  'worker-stopped',
];

/** Has the modem worker do it with the modem that the path names; resolves to what it said, throws a refusal otherwise. */
export type ModemOrder = (
  call: Call,
  command: WorkerCommand,
  timeoutMs: number,
) => Promise<CommandReply>;

/** The modem that the path names; throws a refusal where it is not configured. */
export function modemOf({ config }: Pick<HttpContext, 'config'>, { params }: Call): ModemId {
  const wanted = params['id'] ?? '';
  const modem = config.modems.find(({ id }) => id === wanted)?.id;
  if (modem === undefined) {
    const known = config.modems.map(({ id }) => id).join(', ') || 'none';
    return refuse('modem-not-found', {
      detail: `There is no modem "${wanted.slice(0, 64)}"; configured are ${known}.`,
    });
  }
  return modem;
}

export function modemOrder({ config, worker, logger }: HttpContext): ModemOrder {
  return async (call, command, timeoutMs) => {
    const modem = modemOf({ config }, call);
    logger.info({ modem, action: command.name, by: call.caller?.name }, 'order to a modem');
    try {
      return await worker.command(modem, command, timeoutMs);
    } catch (error) {
      if (error instanceof GatewayError) {
        return refuse('worker-stopped', {
          detail: `${error.message} Look at the modem's state, then repeat.`,
        });
      }
      throw error;
    }
  };
}
