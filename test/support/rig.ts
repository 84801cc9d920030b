import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, ask } from './ask.ts';
import { freePort, freePortPair } from './free-port.ts';

const CLI = resolve('dist/cli.js');

export interface RigOptions {
  /** Merged over the rig's own configuration, section by section. */
  readonly config?: Record<string, unknown>;
  readonly modems?: number;
  /** Milliseconds from Ctrl-Z to `+CMGS` in the simulated network. */
  readonly sendMs?: number;
  readonly profile?: string;
  /** Environment of every process, once the rig's folder is known. */
  readonly env?: (dir: string) => Record<string, string>;
  /** Where state lies; default a new folder under the system's temporary one. */
  readonly parent?: string;
}

export interface JournalLine {
  /** RFC 3339. */
  readonly at: string;
  readonly modem: string;
  readonly to: string;
  readonly text: string;
  readonly part: number;
  readonly parts: number;
  readonly concatRef: number | null;
  readonly reference: number;
  readonly pdu: string;
}

/** The real program in real processes, with simulated modems, on loopback ports of its own. */
export class Rig {
  readonly dir: string;
  readonly #options: RigOptions;
  readonly #children = new Set<ChildProcess>();
  #httpPort = 0;
  #modemPorts: number[] = [];
  #key = '';

  private constructor(options: RigOptions) {
    this.#options = options;
    this.dir = mkdtempSync(join(options.parent ?? tmpdir(), 'pisang-'));
  }

  /** Simulators run; API and worker are started by the test. */
  static async create(options: RigOptions = {}): Promise<Rig> {
    const rig = new Rig(options);
    try {
      await rig.#start();
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { modems = 1 } = this.#options;
    this.#httpPort = await freePort();
    while (this.#modemPorts.length < modems) {
      const port = await freePortPair();
      if (this.#modemPorts.every((other) => Math.abs(other - port) > 1)) {
        this.#modemPorts.push(port);
      }
    }
    this.#writeConfig();
    await Promise.all([...this.#modemPorts.keys()].map((index) => this.startSimulator(index)));
    const scope = 'messages:send,messages:read,inbox:read,admin';
    const added = await this.cli('key', 'add', '--name', 'test', '--scope', scope);
    this.#key = added.trimEnd().split('\n').at(-1) ?? '';
  }

  get url(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get key(): string {
    return this.#key;
  }

  async startSimulator(index = 0): Promise<ChildProcess> {
    const port = this.#modemPorts[index] ?? 0;
    const child = this.spawn(`simulator${index + 1}`, [
      'simulate-modem',
      '--listen',
      `tcp://127.0.0.1:${port}`,
      '--journal',
      this.#journalPath(index),
      '--send-ms',
      String(this.#options.sendMs ?? 0),
      ...(this.#options.profile === undefined ? [] : ['--profile', this.#options.profile]),
    ]);
    await until(
      `simulator ${index + 1} listens`,
      async () => (await this.control('GET', '/faults', undefined, index)).status === 200,
    );
    return child;
  }

  async startApi(env: Record<string, string> = {}): Promise<ChildProcess> {
    const child = this.spawn('api', ['api'], env);
    await until('the API is ready', async () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the API ended: ${this.log('api').slice(-2_000)}`);
      }
      return (await this.fetch('GET', '/health/live')).status === 200;
    });
    return child;
  }

  startModem(env: Record<string, string> = {}): ChildProcess {
    return this.spawn('modem', ['modem'], env);
  }

  /** Starts a command of the program; `under` is a tool that runs it, such as a tracer. */
  spawn(
    name: string,
    args: readonly string[],
    env: Record<string, string> = {},
    under: readonly string[] = [],
  ): ChildProcess {
    const log = openSync(join(this.dir, `${name}.log`), 'a');
    const [program = process.execPath, ...rest] = [...under, process.execPath, CLI, ...args];
    const child = spawn(program, rest, {
      env: { ...this.#environment(), ...env },
      stdio: ['ignore', log, log],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Runs one command to its end and returns what it printed; throws unless it exits with 0. */
  async cli(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [CLI, ...args], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    const code = await exitOf(child);
    if (code !== 0) {
      throw new Error(`pisang ${args.join(' ')} ended with ${code}: ${err}${out}`);
    }
    return out;
  }

  fetch(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return ask(this.#httpPort, method, path, body, {
      authorization: `Bearer ${this.#key}`,
      ...headers,
    });
  }

  /** Every modem that is configured can send. */
  async modemsReady(): Promise<boolean> {
    const { modems } = JSON.parse((await this.fetch('GET', '/v1/status')).body) as {
      modems: readonly { readonly state: string }[];
    };
    return modems.length > 0 && modems.every(({ state }) => state === 'ready');
  }

  /** The simulated network's own control port. */
  control(method: string, path: string, body?: unknown, index = 0): Promise<Answer> {
    return ask((this.#modemPorts[index] ?? 0) + 1, method, path, body, {});
  }

  async faults(faults: object, index = 0): Promise<void> {
    const answer = await this.control('POST', '/faults', faults, index);
    if (answer.status !== 200) {
      throw new Error(`the simulator refused the faults: ${answer.body}`);
    }
  }

  /** Every part that the networks took, of all modems. */
  journal(): JournalLine[] {
    return this.#modemPorts.flatMap((_, index) => this.journalOf(index));
  }

  /** Every part that the network of one modem took. */
  journalOf(index: number): JournalLine[] {
    try {
      return readFileSync(this.#journalPath(index), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JournalLine);
    } catch {
      return [];
    }
  }

  /** Where the simulated modem listens for AT commands. */
  modemPort(index: number): number {
    return this.#modemPorts[index] ?? 0;
  }

  get databaseFile(): string {
    return join(this.dir, 'data', 'pisang.db');
  }

  log(name: string): string {
    return readFileSync(join(this.dir, `${name}.log`), 'utf8');
  }

  async kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = exitOf(child);
      child.kill(signal);
      await ended;
    }
  }

  /** Ends every process and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.kill(child)));
    rmSync(this.dir, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PISANG_CONFIG: join(this.dir, 'config.json'),
      ...this.#options.env?.(this.dir),
    };
  }

  #journalPath(index: number): string {
    return join(this.dir, `journal${index + 1}.jsonl`);
  }

  #writeConfig(): void {
    const own: Record<string, unknown> = {
      dataDir: join(this.dir, 'data'),
      runDir: join(this.dir, 'run'),
      http: { listen: `127.0.0.1:${this.#httpPort}`, backlog: 4096 },
      legacy: { requireKey: false },
      queue: { lateAnswerSeconds: 1 },
      modems: this.#modemPorts.map((port, index) => ({
        id: `modem${index + 1}`,
        port: `tcp://127.0.0.1:${port}`,
        ratePerMinute: null,
      })),
    };
    for (const [section, value] of Object.entries(this.#options.config ?? {})) {
      const before = own[section];
      own[section] =
        typeof before === 'object' && !Array.isArray(before) && typeof value === 'object'
          ? { ...before, ...value }
          : value;
    }
    writeFileSync(join(this.dir, 'config.json'), JSON.stringify(own));
  }
}

/** What load and audit need of a gateway, wherever it runs. */
export type Gateway = Pick<Rig, 'fetch' | 'journal' | 'log'>;

export function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? child.signalCode);
  }
  return new Promise((resolvePromise) => {
    child.once('exit', (code, signal) => resolvePromise(code ?? signal));
  });
}

/** Asks again and again until `condition` holds; a refused connection counts as "not yet". */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs: number = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const held = await Promise.resolve(condition()).catch((error: NodeJS.ErrnoException) => {
      if (error.code === undefined) {
        throw error;
      }
      return false;
    });
    if (held) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    }
    await sleep(20);
  }
}
