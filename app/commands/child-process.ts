import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { GatewayError } from '../domain/gateway-error.ts';
import { isChildNotice } from './service.ts';

/** How a child is started; asked anew for each start, so that it may use what others told. */
export interface ChildStart {
  /** Script and its arguments. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface RunningChild {
  readonly pid: number;
  /** Facts of its `ready`; rejects with the child's own sentence, or when it ends before. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>;
  /** Settles once it is gone. */
  readonly ended: Promise<ChildEnd>;
  signal(signal: NodeJS.Signals): void;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Starts a Node process in a session of its own: Ctrl-C in a terminal reaches the supervisor alone,
 * which hands it on once. The IPC channel tells the child when the supervisor is gone.
 * `output` null lets it write where the supervisor writes.
 */
export function startChild(
  name: string,
  start: ChildStart,
  output: ((stream: Readable) => void) | null,
): RunningChild {
  const to = output === null ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, [...start.argv], {
    stdio: ['ignore', to, to, 'ipc'],
    detached: true,
    env: start.environment,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null && output !== null) {
      output(stream);
    }
  }
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
    child.once('error', () => {
      resolve({ code: null, signal: null });
    });
  });
  const ready = readiness(name, child, ended);
  ready.catch(() => undefined);
  return {
    pid: child.pid ?? -1,
    ready,
    ended,
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

function readiness(
  name: string,
  child: ChildProcess,
  ended: Promise<ChildEnd>,
): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    let reason: GatewayError | null = null;
    child.on('message', (message) => {
      if (!isChildNotice(message)) {
        return;
      }
      if (message.type === 'ready') {
        resolve(message.facts);
      } else {
        reason = new GatewayError(message.code, message.sentence, { retry: 'later' });
      }
    });
    void ended.then(({ code, signal }) => {
      const sentence = `${name} ended before it was ready (${signal ?? `exit code ${code}`})`;
      reject(reason ?? new GatewayError('child-ended', sentence, { retry: 'later' }));
    });
  });
}

/** Runs a child to its end; its stderr goes where ours goes. */
export function runToEnd(start: ChildStart): {
  readonly ended: Promise<ChildEnd & { readonly stdout: string }>;
  kill(): void;
} {
  const child = spawn(process.execPath, [...start.argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: start.environment,
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const ended = new Promise<ChildEnd & { readonly stdout: string }>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout });
    });
    child.once('error', () => {
      resolve({ code: null, signal: null, stdout });
    });
  });
  return { ended, kill: () => void child.kill('SIGTERM') };
}
