import { execFile } from 'node:child_process';

/** How one unit stands, in systemd's own words (org.freedesktop.systemd1(5)). */
export interface UnitFacts {
  /** `active`, `activating`, `inactive`, `failed`, …; `unknown` when systemd did not tell. */
  readonly active: string;
  /** `running`, `start`, `auto-restart`, `dead`, … */
  readonly sub: string;
  /** `success`, `exit-code`, `signal`, `core-dump`, `watchdog`, `oom-kill`, `timeout`, `resources`, … */
  readonly result: string;
  /** Exit code or signal number of the main process. */
  readonly status: number | null;
  /** Starts by systemd itself since a person last started it. */
  readonly restarts: number;
  /** When it was last up, in µs of CLOCK_MONOTONIC; 0: never since the box started. */
  readonly endedMonotonicUs: number;
}

/** What the page looks at. */
export interface BoxFacts {
  readonly api: UnitFacts;
  readonly modem: UnitFacts;
  readonly migrate: UnitFacts;
  readonly provision: UnitFacts;
  readonly trial: UnitFacts;
  readonly data: UnitFacts;
}

const UNITS: Readonly<Record<keyof BoxFacts, string>> = {
  api: 'pisang-api.service',
  modem: 'pisang-modem.service',
  migrate: 'pisang-migrate.service',
  provision: 'pisang-provision.service',
  trial: 'pisang-trial.service',
  data: 'var-lib-pisang.mount',
};

const PROPERTIES =
  'Id,ActiveState,SubState,Result,ExecMainStatus,NRestarts,ActiveExitTimestampMonotonic';

const UNKNOWN: UnitFacts = {
  active: 'unknown',
  sub: 'unknown',
  result: 'unknown',
  status: null,
  restarts: 0,
  endedMonotonicUs: 0,
};

/** Longer than systemd ever takes; a person waits for the page meanwhile. */
const LIMIT_MS = 5_000;

/** Asks systemd; what it does not say is unknown. Never rejects. */
export function askSystemd(): Promise<BoxFacts> {
  return new Promise((resolve) => {
    execFile(
      'systemctl',
      ['show', '--no-pager', `--property=${PROPERTIES}`, ...Object.values(UNITS)],
      { timeout: LIMIT_MS, maxBuffer: 65_536 },
      (_error, stdout) => {
        resolve(readUnits(stdout));
      },
    );
  });
}

/** Reads what `systemctl show` prints: `NAME=VALUE` lines, an empty line between two units. */
export function readUnits(text: string): BoxFacts {
  const units = new Map<string, UnitFacts>();
  for (const block of text.split(/\n\s*\n/)) {
    const values = new Map(
      block.split('\n').map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)] as const;
      }),
    );
    const number = (name: string): number | null => {
      const value = Number(values.get(name) || Number.NaN);
      return Number.isSafeInteger(value) ? value : null;
    };
    units.set(values.get('Id') ?? '', {
      active: values.get('ActiveState') ?? UNKNOWN.active,
      sub: values.get('SubState') ?? UNKNOWN.sub,
      result: values.get('Result') ?? UNKNOWN.result,
      status: number('ExecMainStatus'),
      restarts: number('NRestarts') ?? 0,
      endedMonotonicUs: number('ActiveExitTimestampMonotonic') ?? 0,
    });
  }
  const of = (name: keyof BoxFacts): UnitFacts => units.get(UNITS[name]) ?? UNKNOWN;
  return {
    api: of('api'),
    modem: of('modem'),
    migrate: of('migrate'),
    provision: of('provision'),
    trial: of('trial'),
    data: of('data'),
  };
}
