import { GatewayError } from '../domain/gateway-error.ts';
import { type Command, failure } from './command.ts';
import { API_OPTIONS, apiAddress, callApi, refusal } from './local-api.ts';

const NAGIOS = { ok: 0, degraded: 1, down: 2 } as const;
const UNREACHABLE = 3;
const WORDS = ['OK', 'WARNING', 'CRITICAL'] as const;

/** The fields of `GET /v1/status` that a terminal shows. */
interface StatusView {
  readonly health: keyof typeof NAGIOS;
  readonly verdict?: { code?: string; title?: { en?: string }; action?: { en?: string } | null };
  readonly conditions?: readonly { code: string; severity: string; modem?: string | null }[];
  readonly modems?: readonly {
    id: string;
    state: string;
    radio?: { operator?: string | null; signalDbm?: number | null; registration?: string };
  }[];
  readonly queue?: Readonly<Record<string, unknown>>;
}

export const command: Command = {
  usage: '[--json]',
  options: { json: { value: null, help: 'the whole answer of GET /v1/status' }, ...API_OPTIONS },
  words: [0, 0],
  examples: ['pisang status', 'pisang status --json', 'pisang status --url http://pisang.local'],
  run: async (context) => {
    try {
      const answer = await callApi(apiAddress(context), 'GET', '/v1/status');
      if (answer.status !== 200 || !isStatusView(answer.body)) {
        throw failure('api-unreachable', refusal(answer));
      }
      const lines = context.given.has('json')
        ? [JSON.stringify(answer.body, null, 2)]
        : describe(answer.body);
      lines.forEach(context.print);
      return NAGIOS[answer.body.health];
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'api-unreachable') {
        context.print(`UNKNOWN - ${error.message}`);
        return UNREACHABLE;
      }
      throw error;
    }
  },
};

function isStatusView(body: unknown): body is StatusView {
  return (
    typeof body === 'object' &&
    body !== null &&
    'health' in body &&
    typeof body.health === 'string' &&
    Object.hasOwn(NAGIOS, body.health)
  );
}

/** First the line a Nagios check reads, with its performance data; then the rest. */
function describe(status: StatusView): string[] {
  const title = status.verdict?.title?.en ?? status.verdict?.code ?? status.health;
  const queue = status.queue ?? {};
  const counts = ['queueDepth', 'scheduled', 'sending', 'backingOff', 'uncertain']
    .filter((name) => typeof queue[name] === 'number')
    .map((name) => `${name}=${String(queue[name])}`);
  const action = status.verdict?.action?.en;
  return [
    `${WORDS[NAGIOS[status.health]]} - ${title} | ${counts.join(' ')}`,
    ...(action === undefined ? [] : [`  do: ${action}`]),
    ...(status.modems ?? []).map((modem) => {
      const { operator, signalDbm, registration } = modem.radio ?? {};
      const radio = [
        registration,
        operator,
        typeof signalDbm === 'number' ? `${signalDbm} dBm` : null,
      ].filter((one) => typeof one === 'string');
      return `  ${[`${modem.id}: ${modem.state}`, ...radio].join(', ')}`;
    }),
    ...(status.conditions ?? []).map(
      ({ code, severity, modem }) =>
        `  ${severity}: ${code}${typeof modem === 'string' ? ` (${modem})` : ''}`,
    ),
  ];
}
