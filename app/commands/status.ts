import { GatewayError } from '../domain/gateway-error.ts';
import type { StatusDocument } from '../status/status-document.ts';
import { EXIT_CODES, renderText } from '../status/text.ts';
import { type Command, failure } from './command.ts';
import { API_OPTIONS, apiAddress, callApi, refusal } from './local-api.ts';

const UNREACHABLE = 3;

export const command: Command = {
  usage: '[--json]',
  options: { json: { value: null, help: 'the whole answer of GET /v1/status' }, ...API_OPTIONS },
  words: [0, 0],
  examples: ['pisang status', 'pisang status --json', 'pisang status --url http://pisang.local'],
  run: async (context) => {
    try {
      const answer = await callApi(await apiAddress(context), 'GET', '/v1/status');
      if (answer.status !== 200 || !isStatusDocument(answer.body)) {
        throw failure('api-unreachable', refusal(answer));
      }
      const text = context.given.has('json')
        ? JSON.stringify(answer.body, null, 2)
        : renderText(answer.body).trimEnd();
      text.split('\n').forEach(context.print);
      return EXIT_CODES[answer.body.health];
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'api-unreachable') {
        context.print(`UNKNOWN - ${error.message}`);
        return UNREACHABLE;
      }
      throw error;
    }
  },
};

/** A status document of this version: what `/v1/status` answers, whoever asks. */
function isStatusDocument(body: unknown): body is StatusDocument {
  return (
    typeof body === 'object' &&
    body !== null &&
    'schema' in body &&
    body.schema === 1 &&
    'health' in body &&
    typeof body.health === 'string' &&
    Object.hasOwn(EXIT_CODES, body.health)
  );
}
