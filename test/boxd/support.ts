import type { RunningSystem } from '../../app/boxd/bundle.ts';
import type { Ended, Machine, ProgramName } from '../../app/boxd/programs.ts';
import type { Logger } from '../../app/domain/logger.ts';

export const RUNNING: RunningSystem = {
  version: '1.4.0',
  schema: 7,
  architecture: 'armhf',
  signing: 'release',
  slot: 'A',
};
export const QUIET: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Does nothing, and keeps what it would have done as lines. */
export class RecordedMachine implements Machine {
  readonly done: string[] = [];
  readonly files: Map<string, string> = new Map();
  /** By the beginning of the line. */
  readonly ends: Map<string, Ended> = new Map();

  async run(program: ProgramName, args: readonly string[]): Promise<Ended> {
    return this.#end([program, ...args].join(' '));
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  read(path: string): string | null {
    return this.files.get(path) ?? null;
  }

  publish(path: string, text: string): void {
    this.done.push(`publish ${path} ${text}`);
    this.files.set(path, text);
  }

  write(path: string, text: string): void {
    this.done.push(`write ${path} ${text}`);
  }

  #end(line: string): Ended {
    this.done.push(line);
    const known = [...this.ends].find(([start]) => line.startsWith(start));
    return known?.[1] ?? { code: 0, out: '', err: '' };
  }
}
