import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModemId } from '../../app/domain/ids.ts';
import { SystemClock } from '../../app/local/system-clock.ts';
import { openWorkerOutbox, type WorkerOutbox } from '../../app/outbox/index.ts';
import {
  BUSY_RECIPIENT,
  fillDatabase,
  RARE_RECIPIENT,
  SHARED_REFERENCE,
} from '../support/fill-database.ts';
import { FsyncMeter } from '../support/fsync-meter.ts';
import { Rig, until } from '../support/rig.ts';
import { keepAlive } from './client.ts';
import { enqueueCall } from './contenders.ts';
import { judged, quantile, rounded, syncLine, type Table, writeReport } from './report.ts';

const FINISHED = Number(process.env['BENCH_FINISHED'] ?? 1_000_000);
const QUEUED = Number(process.env['BENCH_QUEUED'] ?? 200_000);
const INBOUND = 100_000;
const REPEATS = Number(process.env['BENCH_REPEATS'] ?? 5);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4);
const CLAIMS = 400;
const MODEM = 'modem1' as ModemId;

/** An API on its own database. */
interface House {
  readonly rig: Rig;
  readonly meter: FsyncMeter;
  api: ChildProcess;
}

/** The section `scale`: a long history beside an empty database. */
export async function benchScale(folder: string): Promise<void> {
  const clock = new SystemClock();
  const empty = await house(folder, 'empty');
  const full = await house(folder, 'full');
  try {
    const begunMs = performance.now();
    fillDatabase(full.rig.databaseFile, {
      finished: FINISHED,
      queued: QUEUED,
      inbound: INBOUND,
      bootId: clock.bootId,
      nowMs: clock.nowMs(),
    });
    const megabytes = statSync(full.rig.databaseFile).size / 1e6;
    console.log(
      `filled ${megabytes.toFixed(0)} MB in ${((performance.now() - begunMs) / 1_000).toFixed(1)} s`,
    );
    await start(empty);
    await start(full);
    const tables = [
      await accepts(empty, full, folder),
      await claims(empty, full, clock),
      await lists(full),
      await listsBesideAccepts(full, folder),
      await restarts(full),
    ];
    writeReport({
      section: 'scale',
      title: 'With a long history',
      how: `${FINISHED} finished and ${QUEUED} queued messages with parts, timelines and events, ${INBOUND} received ones: ${megabytes.toFixed(0)} MB. Beside an empty database on the same disk, alternating.`,
      syncs: syncLine(full.meter.read().p50Ms),
      tables,
    });
  } finally {
    await empty.rig.close();
    await full.rig.close();
  }
}

async function house(folder: string, name: string): Promise<House> {
  const parent = mkdtempSync(join(folder, `scale-${name}-`));
  mkdirSync(parent, { recursive: true });
  const rig = await Rig.create({
    parent,
    config: { queue: { maxDepth: 3_000_000 }, log: { level: 'warn' } },
  });
  return { rig, meter: new FsyncMeter(parent), api: undefined as unknown as ChildProcess };
}

async function start(of: House): Promise<void> {
  of.api = await of.rig.startApi(of.meter.environment());
}

async function accepts(empty: House, full: House, folder: string): Promise<Table> {
  const runs = { empty: [] as number[], full: [] as number[] };
  let failures = 0;
  for (let i = 0; i <= REPEATS; i++) {
    const one = await keepAlive(enqueueCall(empty.rig), 100, SECONDS, folder);
    await sleep(200);
    const other = await keepAlive(enqueueCall(full.rig), 100, SECONDS, folder);
    await sleep(200);
    if (i > 0) {
      runs.empty.push(one.perSecond);
      runs.full.push(other.perSecond);
      failures += one.failures + other.failures;
    }
  }
  const [a, b] = [quantile(runs.full, 0.5), quantile(runs.empty, 0.5)];
  return {
    caption: `Accepting, kept-alive, 100 at once, ${REPEATS} alternating runs.`,
    columns: ['messages/s full', 'messages/s empty', 'ratio', 'failures', 'target'],
    rows: [
      [rounded(a, 0), rounded(b, 0), rounded(a / b, 3), failures, judged(a / b, 0.9, 'at least')],
    ],
  };
}

/** What a worker does for each part, straight on the outbox: look for the next one, open its bracket. */
async function claims(empty: House, full: House, clock: SystemClock): Promise<Table> {
  const open = (of: House): Promise<WorkerOutbox> =>
    openWorkerOutbox({
      file: of.rig.databaseFile,
      clock,
      logger: QUIET,
      random: randomBytes,
      onFailure: () => undefined,
    });
  const [one, other] = [await open(empty), await open(full)];
  const times = { empty: [] as number[], full: [] as number[] };
  for (let i = 0; i < CLAIMS; i++) {
    times.empty.push(await claim(one, clock));
    times.full.push(await claim(other, clock));
  }
  await one.close();
  await other.close();
  const [a, b] = [quantile(times.full, 0.5), quantile(times.empty, 0.5)];
  return {
    caption: `Claiming: next message and its bracket with COMMIT, ${CLAIMS} alternating rounds, medians.`,
    columns: ['ms full', 'ms empty', 'rate full / empty', 'p99 ms full', 'p99 ms empty', 'target'],
    rows: [
      [
        rounded(a, 3),
        rounded(b, 3),
        rounded(b / a, 3),
        rounded(quantile(times.full, 0.99), 2),
        rounded(quantile(times.empty, 0.99), 2),
        judged(b / a, 0.9, 'at least'),
      ],
    ],
  };
}

const QUIET = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function claim(outbox: WorkerOutbox, clock: SystemClock): Promise<number> {
  const begunMs = performance.now();
  const [message] = await outbox.nextReady({
    modem: MODEM,
    routes: [],
    limit: 32,
    excludeSeqs: [],
  });
  if (message === undefined) {
    throw new Error('nothing is ready to be claimed');
  }
  const result = await outbox.handOver({
    seq: message.seq,
    part: 1,
    modem: MODEM,
    iccid: '8962',
    concatReference: null,
    lastReference: null,
    at: { atMs: clock.nowMs(), bootId: clock.bootId, monotonicMs: clock.monotonicMs() },
  });
  if (result !== 'committed') {
    throw new Error(`the bracket of message ${message.seq} was ${result}`);
  }
  return performance.now() - begunMs;
}

const HOUR_AGO = (): string => encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString());
const LONG_AGO = (): string =>
  encodeURIComponent(new Date(Date.now() - (QUEUED + FINISHED / 2) * 2_000).toISOString());

/** Each filter, and every pair that a person or a program may ask for. */
function queries(): string[] {
  const to = encodeURIComponent(RARE_RECIPIENT);
  const busy = encodeURIComponent(BUSY_RECIPIENT);
  const filters = [
    '',
    ...['scheduled', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed'].map(
      (status) => `status=${status}`,
    ),
    ...['expired', 'canceled', 'uncertain'].map((status) => `status=${status}`),
    `to=${to}`,
    `to=${busy}`,
    `to=${encodeURIComponent('+6281999999999')}`,
    `reference=${SHARED_REFERENCE}`,
    'reference=nobody',
    `since=${HOUR_AGO()}`,
    `since=${LONG_AGO()}`,
    `status=failed&to=${busy}`,
    `status=uncertain&to=${busy}`,
    `status=failed&to=${to}`,
    `status=delivered&since=${HOUR_AGO()}`,
    `status=delivered&since=${LONG_AGO()}`,
    `status=queued&since=${LONG_AGO()}`,
    `status=queued&reference=${SHARED_REFERENCE}`,
    `to=${busy}&since=${HOUR_AGO()}`,
    `to=${busy}&reference=${SHARED_REFERENCE}`,
    `to=${to}&since=${LONG_AGO()}`,
    `reference=${SHARED_REFERENCE}&since=${LONG_AGO()}`,
    `status=delivered&to=${busy}&since=${LONG_AGO()}`,
    `status=delivered&to=${busy}&reference=${SHARED_REFERENCE}&since=${LONG_AGO()}`,
  ].map((filter) => `/v1/messages?limit=100${filter === '' ? '' : `&${filter}`}`);
  return [
    ...filters,
    '/v1/inbox?limit=100',
    `/v1/inbox?limit=100&since=${HOUR_AGO()}`,
    `/v1/inbox?limit=100&from=${busy}`,
    '/v1/modems',
    '/v1/status',
  ];
}

async function lists({ rig }: House): Promise<Table> {
  const rows: (string | number)[][] = [];
  await rig.fetch('GET', '/v1/messages?limit=1');
  for (const query of queries()) {
    const times: number[] = [];
    let items = 0;
    for (let i = 0; i < 7; i++) {
      const begunMs = performance.now();
      const answer = await rig.fetch('GET', query);
      times.push(performance.now() - begunMs);
      if (answer.status !== 200 && !query.includes('from=')) {
        throw new Error(`${query}: ${answer.status} ${answer.body}`);
      }
      items = (JSON.parse(answer.body) as { items?: unknown[] }).items?.length ?? 0;
    }
    const slowest = Math.max(...times);
    rows.push([
      decodeURIComponent(query),
      items,
      rounded(times[0] ?? 0, 1),
      rounded(quantile(times, 0.5), 1),
      rounded(slowest, 1),
      judged(rounded(slowest, 1), 50, 'at most'),
    ]);
  }
  return {
    caption: 'First pages, ms from connecting to the last octet.',
    columns: ['call', 'items', 'first ms', 'median ms', 'slowest ms', 'target'],
    rows,
  };
}

async function listsBesideAccepts({ rig }: House, folder: string): Promise<Table> {
  const alone: number[] = [];
  const beside: number[] = [];
  let pages = 0;
  for (let i = 0; i < REPEATS; i++) {
    alone.push((await keepAlive(enqueueCall(rig), 100, SECONDS, folder)).p99Ms ?? Number.NaN);
    let running = true;
    const lister = (async (): Promise<void> => {
      while (running) {
        for (const query of queries()) {
          await rig.fetch('GET', query);
          pages += 1;
          if (!running) {
            return;
          }
        }
      }
    })();
    beside.push((await keepAlive(enqueueCall(rig), 100, SECONDS, folder)).p99Ms ?? Number.NaN);
    running = false;
    await lister;
  }
  const [a, b] = [quantile(beside, 0.5), quantile(alone, 0.5)];
  return {
    caption: `Accepting (kept-alive, 100 at once) while one reader lists without a pause; ${REPEATS} alternating runs, medians.`,
    columns: ['p99 ms beside lists', 'p99 ms alone', 'ratio', 'pages/s', 'target'],
    rows: [
      [
        rounded(a, 1),
        rounded(b, 1),
        rounded(a / b, 2),
        rounded(pages / (REPEATS * SECONDS), 0),
        judged(rounded(a / b, 2), 2, 'at most'),
      ],
    ],
  };
}

async function restarts(of: House): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await of.rig.kill(of.api, signal);
    const begunMs = performance.now();
    of.api = of.rig.spawn('api', ['api'], of.meter.environment());
    await until(
      'the API accepts',
      async () => (await of.rig.fetch('GET', '/health/ready')).status === 200,
      60_000,
    );
    const seconds = (performance.now() - begunMs) / 1_000;
    rows.push([
      signal === 'SIGTERM' ? 'stopped' : 'killed (SIGKILL)',
      rounded(seconds, 2),
      judged(rounded(seconds, 2), 5, 'at most'),
    ]);
  }
  return {
    caption: 'Ready again (`/health/ready` answers 200).',
    columns: ['after being', 's', 'target'],
    rows,
  };
}
