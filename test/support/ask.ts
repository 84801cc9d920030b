import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One request of a port of this machine, on a connection of its own. */
export function ask(
  port: number,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
  timeoutMs: number = 60_000,
): Promise<Answer> {
  const payload = body === undefined ? null : JSON.stringify(body);
  return new Promise((resolvePromise, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        timeout: timeoutMs,
        headers: {
          ...(payload === null
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...headers,
        },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk) => (text += String(chunk)));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolvePromise({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: text,
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.on('timeout', () =>
      outgoing.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
    );
    outgoing.end(payload);
  });
}
