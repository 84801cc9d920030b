/** Where a process may be told to kill itself, for the crash tests. In the order of one message. */
export const CRASH_POINTS = [
  'api.before-commit',
  'api.after-commit',
  'worker.before-bracket-commit',
  'worker.after-bracket-commit',
  'worker.before-sent-commit',
  'worker.after-sent-commit',
  'worker.before-failure-commit',
  'worker.after-failure-commit',
  'worker.before-uncertain-commit',
  'worker.after-uncertain-commit',
  'worker.before-report-commit',
  'worker.after-report-commit',
  'worker.before-inbound-commit',
  'worker.after-inbound-commit',
  'worker.before-requeue-commit',
  'worker.after-requeue-commit',
  'worker.before-pin-commit',
  'worker.after-pin-commit',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

const armed = readArmed(process.env);
let visits = 0;

function readArmed(env: NodeJS.ProcessEnv): { point: string; visit: number } | null {
  const value = env['PISANG_TEST_CRASH_AT'];
  if (env['PISANG_TEST_HOOKS'] !== '1' || value === undefined) {
    return null;
  }
  const [point = '', visit = '1'] = value.split(':');
  return { point, visit: Number(visit) };
}

/** Whether any crash point is armed, so that the usual path pays for one comparison only. */
export const crashPointsArmed: boolean = armed !== null;

/**
 * Kills the process (SIGKILL, no clean-up) when `PISANG_TEST_HOOKS=1` and
 * `PISANG_TEST_CRASH_AT=<point>[:n]` name this point and it is reached for the nth time.
 */
export function crashPoint(point: CrashPoint): void {
  if (armed?.point === point) {
    visits += 1;
    if (visits === armed.visit) {
      process.kill(process.pid, 'SIGKILL');
    }
  }
}
