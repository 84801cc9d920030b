import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { FsyncMeter } from '../support/fsync-meter.ts';
import { type JournalLine, Rig, until } from '../support/rig.ts';
import { BARE_RECIPIENT, type BareFigures, measureBare } from './bare-modem-client.ts';
import { keepAlive } from './client.ts';
import { enqueueCall } from './contenders.ts';
import { judged, quantile, rounded, syncLine, type Table, writeReport } from './report.ts';

const SEND_MS = 50;
const BARE_PARTS = 60;
/** Lines at either end of a journal that belong to starting and ending. */
const EDGE = 10;
const CARD_DELAY_MS = 50;
const SCALE = Number(process.env['BENCH_SCALE'] ?? 1);

interface Scenario {
  readonly name: string;
  readonly modems: number;
  readonly messages: number;
  readonly accepts: boolean;
  readonly fsyncDelayMs: number;
  /** The last modem hangs from the start and is freed at the end. */
  readonly hung: boolean;
}

interface Result {
  readonly scenario: Scenario;
  readonly bare: BareFigures;
  /** Of all modems that are not hung. */
  readonly partsPerSecond: number;
  readonly longestGapMs: number;
  readonly gapP99Ms: number;
  readonly syncsPerPart: number;
  readonly fsyncP50Ms: number | null;
  readonly acceptsPerSecond: number | null;
  readonly acceptFailures: number | null;
  readonly lost: number;
  readonly twice: number;
}

const ALONE = {
  modems: 1,
  messages: 600,
  accepts: false,
  fsyncDelayMs: 0,
  hung: false,
};
const SCENARIOS: readonly Scenario[] = [
  { ...ALONE, name: 'one modem' },
  { ...ALONE, name: 'one modem, accepts at full load', accepts: true },
  { ...ALONE, name: 'one modem, slow disk', messages: 300, fsyncDelayMs: CARD_DELAY_MS },
  {
    ...ALONE,
    name: 'one modem, slow disk, accepts',
    messages: 300,
    accepts: true,
    fsyncDelayMs: CARD_DELAY_MS,
  },
  { ...ALONE, name: 'four modems', modems: 4, messages: 2_000 },
  { ...ALONE, name: 'four modems, one hung', modems: 4, messages: 1_500, hung: true },
];

/** The section `drain`: how fast a queue leaves, against what the simulated modem allows. */
export async function benchDrain(folder: string): Promise<void> {
  const only = process.env['BENCH_ONLY'];
  const results: Result[] = [];
  for (const scenario of SCENARIOS) {
    if (only === undefined || only.split(',').includes(scenario.name)) {
      const result = await drain(scenario, folder);
      results.push(result);
      console.log(
        `${scenario.name}: ${result.partsPerSecond.toFixed(2)} parts/s, Ctrl-Z to +CMGS ${result.bare.ctrlZToResultMs.toFixed(2)} ms, ${ratioOf(result).toFixed(3)} of the limit, ${result.syncsPerPart.toFixed(2)} syncs a part`,
      );
    }
  }
  writeReport({
    section: 'drain',
    title: 'Sending what is queued',
    how: `Simulated modems in processes of their own, ${SEND_MS} ms from Ctrl-Z to +CMGS; delivery reports on. The limit is 1/(measured Ctrl-Z to +CMGS), taken just before each run by a client that writes nothing down; rates are those of the simulator's journal.`,
    syncs: syncLine(results[0]?.fsyncP50Ms ?? null),
    tables: [table(results)],
  });
}

async function drain(scenario: Scenario, folder: string): Promise<Result> {
  const dir = mkdtempSync(join(folder, 'drain-'));
  mkdirSync(join(dir, 'worker'));
  const meters = { api: new FsyncMeter(dir), worker: new FsyncMeter(join(dir, 'worker')) };
  const rig = await Rig.create({
    parent: dir,
    modems: scenario.modems,
    sendMs: SEND_MS,
    config: { queue: { maxDepth: 3_000_000 }, log: { level: 'warn' } },
  });
  try {
    const bare = await measureBare(rig.modemPort(0), BARE_PARTS);
    await rig.startApi(meters.api.environment(scenario.fsyncDelayMs));
    const count = Math.round(scenario.messages * SCALE);
    await queue(rig, count);
    const hung = scenario.hung ? scenario.modems - 1 : null;
    if (hung !== null) {
      await rig.faults({ hang: true }, hung);
    }
    const worker = rig.startModem(meters.worker.environment(scenario.fsyncDelayMs));
    await until('sending began', () => sentOf(rig, scenario).length > EDGE);
    const syncs = { before: meters.worker.read().count, lines: sentOf(rig, scenario).length };
    const [accepts] = await Promise.all([
      scenario.accepts ? acceptUntilDrained(rig, dir, scenario, count) : null,
      until('the queue is drained', () => isDrained(rig, scenario, count), 600_000),
    ]);
    const lines = sentOf(rig, scenario);
    const figures = {
      ...rates(rig, scenario, hung),
      syncsPerPart:
        (meters.worker.read().count - syncs.before) / Math.max(1, lines.length - syncs.lines),
      fsyncP50Ms: meters.worker.read().p50Ms,
    };
    if (hung !== null) {
      await rig.faults({}, hung);
      await until('the freed modem settled', () => isSettled(rig), 180_000);
    }
    await stop(rig, worker);
    return { scenario, bare, ...figures, ...(accepts ?? NO_ACCEPTS), ...losses(rig, count) };
  } finally {
    await rig.close();
  }
}

const NO_ACCEPTS = { acceptsPerSecond: null, acceptFailures: null };

/** Messages with a recipient each, so that losses and doubles can be told. */
async function queue(rig: Rig, count: number): Promise<void> {
  for (let first = 0; first < count; first += 1_000) {
    const messages = Array.from({ length: Math.min(1_000, count - first) }, (_, i) => ({
      to: recipient(first + i),
      text: 'Kode Anda 123456',
    }));
    const answer = await rig.fetch('POST', '/v1/messages/batch', { messages });
    if (answer.status !== 202) {
      throw new Error(`the batch was refused: ${answer.status} ${answer.body}`);
    }
  }
}

function recipient(number: number): string {
  return `+62811${String(number).padStart(8, '0')}`;
}

/** Full load of accepts until all of `count` left; they queue behind. */
async function acceptUntilDrained(
  rig: Rig,
  dir: string,
  scenario: Scenario,
  count: number,
): Promise<Pick<Result, 'acceptsPerSecond' | 'acceptFailures'>> {
  const seconds: number[] = [];
  let failures = 0;
  while (!isDrained(rig, scenario, count)) {
    const run = await keepAlive(enqueueCall(rig), 100, 5, dir);
    seconds.push(run.perSecond);
    failures += run.failures;
  }
  return { acceptsPerSecond: quantile(seconds, 0.5), acceptFailures: failures };
}

function sentOf(rig: Rig, scenario: Scenario): JournalLine[] {
  const lines: JournalLine[] = [];
  for (let index = 0; index < scenario.modems; index++) {
    lines.push(...rig.journalOf(index).filter((line) => line.to !== BARE_RECIPIENT));
  }
  return lines;
}

function isDrained(rig: Rig, scenario: Scenario, count: number): boolean {
  // The hung modem may keep the one part that it was given.
  const wanted = scenario.hung ? count - 1 : count;
  return new Set(sentOf(rig, scenario).map((line) => line.to)).size >= wanted;
}

async function isSettled(rig: Rig): Promise<boolean> {
  const { queue } = JSON.parse((await rig.fetch('GET', '/v1/status')).body) as {
    queue: Readonly<Record<string, number>>;
  };
  return queue['queueDepth'] === 0 && queue['sending'] === 0;
}

/** Sum of the modems' own rates, each between its first and its last line but the edges. */
function rates(
  rig: Rig,
  scenario: Scenario,
  hung: number | null,
): Pick<Result, 'partsPerSecond' | 'longestGapMs' | 'gapP99Ms'> {
  let partsPerSecond = 0;
  const gaps: number[] = [];
  for (let index = 0; index < scenario.modems; index++) {
    if (index === hung) {
      continue;
    }
    const times = rig
      .journalOf(index)
      .filter((line) => line.to !== BARE_RECIPIENT)
      .map((line) => Date.parse(line.at))
      .slice(EDGE, -EDGE);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    partsPerSecond += ((times.length - 1) * 1_000) / (last - first);
    gaps.push(...times.slice(1).map((at, i) => at - (times[i] ?? at)));
  }
  return {
    partsPerSecond,
    longestGapMs: Math.max(...gaps),
    gapP99Ms: quantile(gaps, 0.99),
  };
}

function losses(rig: Rig, count: number): Pick<Result, 'lost' | 'twice'> {
  const times = new Map<string, number>();
  for (const line of rig.journal()) {
    times.set(line.to, (times.get(line.to) ?? 0) + 1);
  }
  const ours = Array.from({ length: count }, (_, i) => times.get(recipient(i)) ?? 0);
  return {
    lost: ours.filter((n) => n === 0).length,
    twice: ours.filter((n) => n > 1).length,
  };
}

async function stop(rig: Rig, worker: ChildProcess): Promise<void> {
  await rig.kill(worker, 'SIGTERM');
}

function ratioOf(result: Result): number {
  const working = result.scenario.modems - (result.scenario.hung ? 1 : 0);
  return (result.partsPerSecond * result.bare.ctrlZToResultMs) / 1_000 / working;
}

function table(results: readonly Result[]): Table {
  const single = results.find(({ scenario }) => scenario.name === 'one modem')?.partsPerSecond;
  return {
    caption: 'Parts per second of all working modems together.',
    columns: [
      'case',
      'parts/s',
      'Ctrl-Z to +CMGS ms',
      'of the limit',
      `of 1/${SEND_MS} ms`,
      'of a client without a disk',
      '× one modem',
      'lost ms a part',
      'syncs a part',
      'fsync p50 ms',
      'gap p99 ms',
      'longest gap ms',
      'accepts/s beside',
      'accepts failed',
      'lost',
      'sent twice',
      'target',
    ],
    rows: results.map((result) => {
      const { scenario, bare, partsPerSecond } = result;
      const working = scenario.modems - (scenario.hung ? 1 : 0);
      const timesOne = single === undefined ? null : partsPerSecond / single;
      return [
        scenario.name + (scenario.fsyncDelayMs > 0 ? ` (+${scenario.fsyncDelayMs} ms)` : ''),
        rounded(partsPerSecond, 2),
        rounded(bare.ctrlZToResultMs, 2),
        rounded(ratioOf(result), 3),
        rounded((partsPerSecond * SEND_MS) / 1_000 / working, 3),
        rounded(partsPerSecond / bare.partsPerSecond / working, 3),
        timesOne === null ? null : rounded(timesOne, 2),
        rounded((working * 1_000) / partsPerSecond - bare.ctrlZToResultMs, 2),
        rounded(result.syncsPerPart, 2),
        result.fsyncP50Ms === null ? null : rounded(result.fsyncP50Ms, 2),
        result.gapP99Ms,
        result.longestGapMs,
        result.acceptsPerSecond === null ? null : rounded(result.acceptsPerSecond, 0),
        result.acceptFailures,
        result.lost,
        result.twice,
        target(result, timesOne),
      ];
    }),
  };
}

function target(result: Result, timesOne: number | null): string {
  const { scenario } = result;
  if (scenario.fsyncDelayMs > 0) {
    return 'drains without starving';
  }
  if (scenario.hung) {
    return timesOne === null ? '' : judged(timesOne / (scenario.modems - 1), 0.97, 'at least');
  }
  if (scenario.modems > 1) {
    return timesOne === null ? '' : judged(timesOne, 3.8, 'at least');
  }
  return judged(ratioOf(result), scenario.accepts ? 0.9 : 0.97, 'at least');
}
