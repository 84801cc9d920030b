import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CRASH_POINTS, type CrashPoint } from '../../app/outbox/crash-points.ts';
import { exitOf, Rig } from '../support/rig.ts';
import { type Audit, audit, drained } from './audit.ts';
import { Load } from './load.ts';

/** Kills over all three tests; `make test-crash` asks for 240, each CI run for fewer. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 30);
const MODEMS = 2;
/** Kills of one gateway: it accepts twice as much as it sends, and what gathered must still leave. */
const ROUNDS_A_GATEWAY = 25;
const DRAIN_MS = 240_000;

type Victim = 'api' | 'worker' | 'both';
interface Round {
  readonly victim: Victim;
  /** Dies by its own hand at a commit point, or is killed from outside after a random time. */
  readonly point: CrashPoint | null;
}

const API_POINTS = CRASH_POINTS.filter((point) => point.startsWith('api.'));
const WORKER_POINTS = CRASH_POINTS.filter((point) => point.startsWith('worker.'));
/** Points that this load never reaches. */
const ELSEWHERE = /pin|inbound|failure/;
/** Points of the reconciliation: reached only after a worker died with a part in the modem's hands. */
const AT_START = /uncertain|requeue/;

test('killing only the API loses nothing, doubles nothing and leaves nothing in doubt', async (t) => {
  const points = [...API_POINTS, null];
  const rounds = Array.from({ length: Math.ceil(ROUNDS / 4) }, (_, i) => ({
    victim: 'api' as const,
    point: points[i % points.length] ?? null,
  }));
  const found = await run(t, rounds);
  assert.equal(found.uncertain, 0, found.timelines.join('\n'));
});

// With one modem: what the other one has in the air at that moment is behind its own bracket.
test('killing the worker before the bracket leaves nothing in doubt', async (t) => {
  const rounds = Array.from({ length: Math.ceil(ROUNDS / 8) }, () => ({
    victim: 'worker' as const,
    point: 'worker.before-bracket-commit' as const,
  }));
  const found = await run(t, rounds, 1);
  assert.equal(found.uncertain, 0, found.timelines.join('\n'));
});

test('killing worker, API or both anywhere leaves at most one part a modem and kill in doubt', async (t) => {
  const points = WORKER_POINTS.filter((point) => !ELSEWHERE.test(point));
  const victims: Victim[] = ['worker', 'both', 'worker', 'api'];
  const rounds = Array.from({ length: Math.ceil((ROUNDS * 5) / 8) }, (_, i): Round => {
    const victim = victims[i % victims.length] ?? 'worker';
    return {
      victim,
      point: i % 2 === 0 && victim === 'worker' ? (points[(i / 2) % points.length] ?? null) : null,
    };
  });
  const { uncertain, workerKills } = await run(t, rounds);
  assert.ok(
    uncertain <= workerKills * MODEMS,
    `${uncertain} uncertain after ${workerKills} kills of the worker`,
  );
});

interface Found {
  readonly uncertain: number;
  readonly timelines: readonly string[];
  readonly workerKills: number;
}

/** All rounds, on one gateway after another. */
async function run(t: TestContext, rounds: readonly Round[], modems = MODEMS): Promise<Found> {
  let [uncertain, workerKills] = [0, 0];
  const timelines: string[] = [];
  for (let first = 0; first < rounds.length; first += ROUNDS_A_GATEWAY) {
    const found = await runOne(t, rounds.slice(first, first + ROUNDS_A_GATEWAY), modems);
    uncertain += found.uncertain;
    workerKills += found.workerKills;
    timelines.push(...found.timelines);
  }
  return { uncertain, workerKills, timelines };
}

async function runOne(
  t: TestContext,
  rounds: readonly Round[],
  modems: number,
): Promise<Audit & Pick<Found, 'workerKills'>> {
  let workerKills = rounds.filter(({ victim }) => victim !== 'api').length;
  const rig = await Rig.create({ modems, sendMs: 20 });
  const load = new Load(rig);
  try {
    let api = await rig.startApi();
    let worker = rig.startModem();
    load.start(4, 40);
    await sleep(1_500);
    for (const { victim, point } of rounds) {
      if (point !== null && victim === 'api') {
        await rig.kill(api, 'SIGTERM');
        api = rig.spawn('api', ['api'], crashAt(point, someVisit()));
        assert.equal(await ownDeath(api), 'SIGKILL', `${point} was reached`);
      } else if (point !== null) {
        await rig.kill(worker, 'SIGTERM');
        if (AT_START.test(point)) {
          worker = rig.startModem(crashAt('worker.after-bracket-commit', someVisit()));
          await ownDeath(worker);
          workerKills += 1;
        }
        worker = rig.startModem(crashAt(point, AT_START.test(point) ? 1 : someVisit()));
        assert.equal(await ownDeath(worker), 'SIGKILL', `${point} was reached`);
      } else {
        await sleep(300 + Math.random() * 1_500);
        await Promise.all([
          victim === 'worker' ? null : rig.kill(api),
          victim === 'api' ? null : rig.kill(worker),
        ]);
      }
      if (victim !== 'worker') {
        api = await rig.startApi();
      }
      if (victim !== 'api') {
        worker = rig.startModem();
      }
    }
    await load.stop();
    await drained(rig, DRAIN_MS);
    assert.deepEqual(load.wrong, []);
    const found = await audit(rig, load.accepted);
    t.diagnostic(
      `${rounds.length} kills, ${found.messages} messages, ${found.journalLines} parts, ${found.uncertain} uncertain`,
    );
    return { ...found, workerKills };
  } finally {
    load.abandon();
    await rig.close();
  }
}

function crashAt(point: CrashPoint, visit: number): Record<string, string> {
  return { PISANG_TEST_HOOKS: '1', PISANG_TEST_CRASH_AT: `${point}:${visit}` };
}

function someVisit(): number {
  return 1 + Math.floor(Math.random() * 8);
}

/** Waits for a process that kills itself; gives up after a minute. */
async function ownDeath(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const giveUp = new AbortController();
  const ended = await Promise.race([
    exitOf(child),
    sleep(60_000, null, { signal: giveUp.signal }).catch(() => null),
  ]);
  giveUp.abort();
  return ended;
}
