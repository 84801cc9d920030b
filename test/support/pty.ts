import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A pseudo terminal whose slave stands for a modem's tty; the test plays the modem. */
export interface Pty {
  /** `/dev/pts/N`. */
  readonly path: string;
  /** The process that holds it. */
  readonly pid: number;
  deliver(text: string): void;
  onData(listener: (text: string) => void): void;
  /** The modem is unplugged. */
  hangUp(): Promise<void>;
}

/** Compiles the helper once (any C++ compiler); `clean` removes it. */
export function buildPtyHelper(): { open(): Promise<Pty>; clean(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-pty-'));
  const program = join(folder, 'pty');
  const source = fileURLToPath(new URL('./pty.cc', import.meta.url));
  execFileSync(process.env['CXX'] ?? 'c++', ['-o', program, source]);
  return {
    open: () => openPty(spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })),
    clean: () => rmSync(folder, { recursive: true }),
  };
}

function openPty(child: ChildProcess): Promise<Pty> {
  const { stdin, stdout, pid } = child;
  if (stdin === null || stdout === null || pid === undefined) {
    throw new Error('the pty helper did not start');
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    stdout.once('data', (first: Buffer) => {
      resolve({
        path: first.toString('latin1').trim(),
        pid,
        deliver: (text) => stdin.write(Buffer.from(text, 'latin1')),
        onData: (listener) =>
          stdout.on('data', (bytes: Buffer) => listener(bytes.toString('latin1'))),
        hangUp: () =>
          new Promise((done) => {
            child.once('close', () => done());
            stdin.end();
          }),
      });
    });
  });
}
