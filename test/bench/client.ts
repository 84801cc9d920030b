import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './contenders.ts';

/** What is asked, again and again. */
export type Target = Pick<Contender, 'url' | 'method' | 'headers' | 'body'>;

export interface ClientRun {
  readonly perSecond: number;
  /** Requests that got no 2xx, or no answer. */
  readonly failures: number;
  readonly p99Ms: number | null;
}

/** `wrk` with kept-alive connections for `seconds`. */
export async function keepAlive(
  target: Target,
  concurrency: number,
  seconds: number,
  folder: string,
): Promise<ClientRun> {
  const script = join(folder, 'request.lua');
  const headers = Object.entries(target.headers)
    .map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}\n`)
    .join('');
  writeFileSync(
    script,
    `wrk.method = ${lua(target.method)}\nwrk.body = ${lua(target.body)}\n${headers}`,
  );
  const out = await run('wrk', [
    '-t1',
    `-c${concurrency}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '--latency',
    '-s',
    script,
    target.url,
  ]);
  const sum = (pattern: RegExp): number => Number(pattern.exec(out)?.[1] ?? 0);
  const socketErrors = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(out);
  return {
    perSecond: sum(/Requests\/sec:\s+([\d.]+)/),
    failures:
      sum(/Non-2xx or 3xx responses: (\d+)/) +
      (socketErrors?.slice(1).reduce((total, count) => total + Number(count), 0) ?? 0),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(out)),
  };
}

/** ApacheBench with a new connection for each of `requests` requests. */
export async function newConnections(
  target: Target,
  concurrency: number,
  requests: number,
  folder: string,
): Promise<ClientRun> {
  const body = join(folder, 'body');
  writeFileSync(body, target.body);
  const out = await run('ab', [
    '-q',
    '-r',
    '-l',
    '-s',
    '30',
    '-n',
    String(requests),
    '-c',
    String(concurrency),
    ...(target.method === 'POST'
      ? ['-p', body, '-T', target.headers['content-type'] ?? 'text/plain']
      : []),
    ...Object.entries(target.headers)
      .filter(([name]) => name !== 'content-type')
      .flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    target.url,
  ]);
  const number = (pattern: RegExp): number => Number(pattern.exec(out)?.[1] ?? 0);
  const complete = number(/Complete requests:\s+(\d+)/);
  return {
    perSecond: number(/Requests per second:\s+([\d.]+)/),
    failures:
      number(/Failed requests:\s+(\d+)/) +
      number(/Non-2xx responses:\s+(\d+)/) +
      (requests - complete),
    p99Ms: number(/\n\s+99%\s+(\d+)/),
  };
}

/** Runs a client to its end; `ab` ends with an error when it could not finish, which counts as failures. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (out += String(chunk)));
    child.once('error', reject);
    child.once('close', () => resolve(out));
  });
}

function milliseconds(match: RegExpExecArray | null): number | null {
  const factor = { us: 0.001, ms: 1, s: 1_000 }[match?.[2] ?? ''];
  return match?.[1] === undefined || factor === undefined ? null : Number(match[1]) * factor;
}

function lua(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
