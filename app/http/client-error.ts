import type { Duplex } from 'node:stream';
import { answerRaw } from './answer.ts';
import { connectionOf } from './connection.ts';
import { type Problem, problem } from './problems.ts';

interface ParserError extends NodeJS.ErrnoException {
  readonly reason?: string;
  readonly rawPacket?: Buffer;
}

/**
 * What the HTTP parser could not make a request of. A status is written only when it can't be taken
 * for the answer to an earlier request on the connection that is still being stored.
 */
export function onClientError(
  error: ParserError,
  socket: Duplex,
  nextRequestId: () => string,
): void {
  const connection = connectionOf(socket);
  const unfinished = connection?.request !== null && connection?.request.complete === false;
  const safe =
    connection === null
      ? true
      : connection.inFlight === 0
        ? !unfinished
        : connection.inFlight === 1 && unfinished && connection.response?.headersSent === false;
  const refusal = refusalFor(error);
  if (!safe || refusal === null || !socket.writable) {
    socket.destroy();
    return;
  }
  // What still comes in would be parsed, and fail, again.
  socket.once('finish', () => socket.destroy());
  answerRaw(socket, nextRequestId(), refusal);
}

function refusalFor(error: ParserError): Problem | null {
  const firstLine = error.rawPacket?.toString('latin1', 0, 16_384) ?? '';
  switch (error.code ?? '') {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('request-timeout');
    case 'HPE_HEADER_OVERFLOW':
      return /^[A-Z]+ \S{4096,}$/.test(
        firstLine.split('\r\n', 1)[0]?.replace(/ HTTP\/1\.\d$/, '') ?? '',
      )
        ? problem('uri-too-long')
        : problem('headers-too-large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problem('body-too-large');
    case 'HPE_INVALID_METHOD':
      return /^[A-Za-z]{1,32} \/\S* HTTP\/1\.[01]\r?\n/.test(firstLine)
        ? problem('method-not-allowed', { headers: ['Allow', 'GET, HEAD, POST, DELETE'] })
        : firstLine.startsWith('\x16\x03')
          ? problem('bad-request', { detail: 'This port speaks HTTP, not TLS; use http://.' })
          : problem('bad-request', { detail: 'The first line is no HTTP request.' });
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return problem('bad-request', {
        detail: 'Send one Content-Length, and none beside Transfer-Encoding.',
      });
    default:
      return error.code?.startsWith('HPE_')
        ? problem('bad-request', {
            detail: `The request is not well-formed HTTP/1.1 (${error.reason ?? error.code}).`,
          })
        : null;
  }
}
