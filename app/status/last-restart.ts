import { readFileSync } from 'node:fs';

/** How the box came to start, as `pisang-boots.service` found it. */
export interface LastRestart {
  readonly reason: 'power-cut' | 'update' | 'watchdog' | 'person' | 'crash';
  /** ISO 8601. */
  readonly at: string;
  /** Starts in seven days that no orderly stop came before. */
  readonly unclean7d: number;
}

const FILE = '/run/pisang-last-restart.json';
const REASONS: readonly string[] = ['power-cut', 'update', 'watchdog', 'person', 'crash'];

/** Null off the appliance. */
export function readLastRestart(file: string = FILE): LastRestart | null {
  try {
    const { reason, at, unclean7d } = JSON.parse(
      readFileSync(file, 'utf8'),
    ) as Partial<LastRestart>;
    return typeof reason === 'string' &&
      REASONS.includes(reason) &&
      typeof at === 'string' &&
      Number.isFinite(Date.parse(at)) &&
      typeof unclean7d === 'number'
      ? { reason, at, unclean7d }
      : null;
  } catch {
    return null;
  }
}

/** Looks until the note is there, which may be written while the API starts, and keeps it. */
export function lastRestartReader(file: string = FILE): () => LastRestart | null {
  let known: LastRestart | null = null;
  return () => {
    known ??= readLastRestart(file);
    return known;
  };
}
