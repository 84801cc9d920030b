import type { Clock } from '../domain/clock.ts';
import type { Link } from '../link/link.ts';
import { SystemClock } from '../local/system-clock.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a test asks for under `name`; null unless `PISANG_TEST_HOOKS=1`, as always in real use. */
function hook(environment: Environment, name: string): string | null {
  return environment['PISANG_TEST_HOOKS'] === '1' ? (environment[name] ?? null) : null;
}

/**
 * The machine's clock; with `PISANG_TEST_CLOCK_TRUSTED=0` one that was never set. `PISANG_TEST_CLOCK=FACTOR@MS` makes it run `FACTOR` times as fast since wall
 * time `MS`, the same in every process that is told so: the waits of minutes that faults bring pass
 * in seconds, each in proportion.
 */
export function processClock(environment: Environment): Clock {
  const system = new SystemClock();
  if (hook(environment, 'PISANG_TEST_CLOCK_TRUSTED') === '0') {
    system.trusted = () => false;
  }
  const match = /^(\d+)@(\d+)$/.exec(hook(environment, 'PISANG_TEST_CLOCK') ?? '');
  if (match === null) {
    return system;
  }
  const [factor, sinceMs] = [Number(match[1]), Number(match[2])];
  return {
    bootId: system.bootId,
    nowMs: () => Math.floor(sinceMs + (system.nowMs() - sinceMs) * factor),
    monotonicMs: () => system.monotonicMs() * factor,
    trusted: () => system.trusted(),
    schedule: (delayMs, action) => system.schedule(delayMs / factor, action),
  };
}

/** Octets of a PIN on their way must have left before the process dies. */
const DEPARTURE_MS = 50;

/**
 * `PISANG_TEST_KILL_AT_PIN_OCTET=N`: the process kills itself (SIGKILL, no clean-up) when N octets
 * of a command that gives a PIN are written.
 */
export function testedLink(link: Link, environment: Environment): Link {
  const octets = hook(environment, 'PISANG_TEST_KILL_AT_PIN_OCTET');
  if (octets === null) {
    return link;
  }
  return {
    label: link.label,
    onData: (listener) => link.onData(listener),
    onClose: (listener) => link.onClose(listener),
    close: () => link.close(),
    write: async (bytes) => {
      if (!Buffer.from(bytes).toString('latin1').startsWith('AT+CPIN="')) {
        return link.write(bytes);
      }
      await link.write(bytes.slice(0, Number(octets)));
      await new Promise((resolve) => setTimeout(resolve, DEPARTURE_MS));
      process.kill(process.pid, 'SIGKILL');
    },
  };
}
