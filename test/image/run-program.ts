import { spawn } from 'node:child_process';

/** How a program ended. `code` is null when a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end without blocking this process; whatever its exit code. */
export function tryProgram(argv: readonly string[], timeoutMs: number = 120_000): Promise<Ended> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** Runs a program and returns what it printed; throws with its complaint unless it exits with 0. */
export async function runProgram(argv: readonly string[], timeoutMs?: number): Promise<string> {
  const { code, out, err } = await tryProgram(argv, timeoutMs);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${err}${out}`);
  return out;
}
