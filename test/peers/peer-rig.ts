import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Rig, start } from '../simulator/rig.ts';

const STOP_MS = 4_000;

/** A program of someone else, running; it ends with the test. */
export interface Peer {
  readonly child: ChildProcess;
  /** Both of its streams so far. */
  output(): string;
  /** Resolves with the exit code, -1 after a signal. */
  readonly ended: Promise<number>;
}

/** A simulated modem behind a serial port, with a folder for the peer's own files. */
export interface PeerRig extends Rig {
  readonly tty: string;
  readonly folder: string;
}

const cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

/** Starts simulator and socat; the port outlives programs that open and close it. */
export async function startPeerRig(options: Parameters<typeof start>[0] = {}): Promise<PeerRig> {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-peer-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const rig = await start(options);
  const tty = join(folder, 'tty');
  const socat = startPeer('socat', [`pty,raw,echo=0,link=${tty}`, `tcp:127.0.0.1:${rig.port}`]);
  await until(() => existsSync(tty), 'socat makes the port', socat);
  // A slave that stays open keeps socat from ending when the peer closes its own.
  const hold = openSync(tty, constants.O_RDWR | constants.O_NOCTTY);
  cleanUps.push(() => closeSync(hold));
  return { ...rig, tty, folder };
}

/** Runs in a process group of its own, so that its children end with it. */
export function startPeer(command: string, argv: readonly string[], input: string = ''): Peer {
  const child = spawn(command, argv, {
    stdio: 'pipe',
    detached: true,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      HOME: '/nonexistent',
    },
  });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      text += String(error);
      resolve(-1);
    });
    child.once('close', (code) => resolve(code ?? -1));
  });
  cleanUps.push(async () => {
    signalGroup(child, 'SIGTERM');
    if (await Promise.race([ended.then(() => false), sleep(STOP_MS, true, { ref: false })])) {
      signalGroup(child, 'SIGKILL');
      await ended;
    }
    signalGroup(child, 'SIGKILL');
  });
  return { child, output: () => text, ended };
}

/** Runs to the end; fails with the output when the exit code is not 0. */
export async function runPeer(
  command: string,
  argv: readonly string[],
  input: string = '',
): Promise<string> {
  const peer = startPeer(command, argv, input);
  const code = await Promise.race([peer.ended, sleep(60_000, -2, { ref: false })]);
  assert.equal(code, 0, `${command} ${argv.join(' ')}: ${peer.output()}`);
  return peer.output();
}

/** Polls; fails with what the peer wrote after half a minute, or when the peer ended. */
export async function until<T>(look: () => T | Promise<T>, what: string, peer: Peer): Promise<T> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (seen) {
      return seen;
    }
    const running = peer.child.exitCode === null && peer.child.signalCode === null;
    assert.ok(running && performance.now() < deadlineMs, `waiting for: ${what}\n${peer.output()}`);
    await sleep(100);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended.
  }
}
