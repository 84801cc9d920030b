import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientRun, keepAlive, newConnections } from './client.ts';
import { bareNode, type Contender, kannel, nginx, pisang } from './contenders.ts';
import { processFigures } from './process-figures.ts';
import { rounded, type Table, writeReport } from './report.ts';

/**
 * Accepting messages: pisang beside what others reach on this machine in the same minutes. Two
 * contenders alternate, run by run; what counts is the ratio of their medians.
 */
const REPEATS = Number(process.env['BENCH_REPEATS'] ?? 5);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4);
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 15_000);
const CARD_DELAY_MS = 10;

interface Line {
  readonly beside: string;
  readonly subject: string;
  readonly connections: 'kept alive' | 'new each';
  readonly concurrency: number;
  readonly reference: number;
  readonly pisang: number;
  readonly ratio: number;
  readonly failures: number;
  readonly referenceFailures: number;
  readonly p99Ms: number | null;
  readonly cpuMicrosPerMessage: number;
  readonly syncsPerMessage: number;
  readonly bytesPerMessage: number;
}

/** The section `accept`; state goes below `folder`. */
export async function benchAccept(folder: string): Promise<void> {
  const lines: Line[] = [];
  let syncs = '';
  const references = [
    await bareNode(),
    await nginx(folder),
    ...(process.env['BENCH_KANNEL'] === '0' ? [] : [await kannel(folder)]),
  ];
  for (const delayMs of [0, CARD_DELAY_MS]) {
    const subject = await pisang(mkdtempSync(join(folder, 'pisang-')), delayMs);
    for (const reference of delayMs === 0 ? references : references.slice(0, 1)) {
      for (const concurrency of [100, 1_000]) {
        for (const connections of ['kept alive', 'new each'] as const) {
          const line = await compare(folder, reference, subject, connections, concurrency);
          lines.push(line);
          print(line);
        }
      }
    }
    syncs += `${subject.name}: fsync p50 ${subject.syncs().p50Ms?.toFixed(2)} ms, synchronous=FULL (2). `;
    await subject.stop();
  }
  await Promise.all(references.map((reference) => reference.stop()));
  writeReport({
    section: 'accept',
    title: 'Accepting messages',
    how: `${REPEATS} alternating runs of each; the ratio is that of the medians. Keys on, worker on, state on a real file system.`,
    syncs,
    tables: [table(lines)],
  });
}

async function compare(
  folder: string,
  reference: Contender,
  subject: Contender,
  connections: Line['connections'],
  concurrency: number,
): Promise<Line> {
  const load = (target: Contender): Promise<ClientRun> =>
    connections === 'kept alive'
      ? keepAlive(target, concurrency, SECONDS, folder)
      : newConnections(target, concurrency, REQUESTS, folder);
  const theirs: ClientRun[] = [];
  const ours: ClientRun[] = [];
  let cpuSeconds = 0;
  let writtenBytes = 0;
  let syncs = 0;
  let messages = 0;
  await load(reference);
  await load(subject);
  for (let i = 0; i < REPEATS; i++) {
    theirs.push(await load(reference));
    await sleep(200);
    const before = { ...processFigures(subject.pids()), syncs: subject.syncs().count };
    const started = Date.now();
    const run = await load(subject);
    const seconds = (Date.now() - started) / 1_000;
    const after = { ...processFigures(subject.pids()), syncs: subject.syncs().count };
    ours.push(run);
    messages +=
      connections === 'kept alive' ? run.perSecond * Math.min(seconds, SECONDS) : REQUESTS;
    cpuSeconds += after.cpuSeconds - before.cpuSeconds;
    writtenBytes += after.writtenBytes - before.writtenBytes;
    syncs += after.syncs - before.syncs;
    await sleep(200);
  }
  const [them, us] = [median(theirs), median(ours)];
  return {
    beside: reference.name,
    subject: subject.name,
    connections,
    concurrency,
    reference: them,
    pisang: us,
    ratio: us / them,
    failures: ours.reduce((sum, run) => sum + run.failures, 0),
    referenceFailures: theirs.reduce((sum, run) => sum + run.failures, 0),
    p99Ms: ours[Math.floor(ours.length / 2)]?.p99Ms ?? null,
    cpuMicrosPerMessage: (cpuSeconds / messages) * 1e6,
    syncsPerMessage: syncs / messages,
    bytesPerMessage: writtenBytes / messages,
  };
}

function median(runs: readonly ClientRun[]): number {
  const sorted = runs.map(({ perSecond }) => perSecond).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function print(line: Line): void {
  console.log(
    `${line.subject} / ${line.beside}, c=${line.concurrency}, ${line.connections}: ${line.pisang.toFixed(0)} / ${line.reference.toFixed(0)} = ${line.ratio.toFixed(2)}, failures ${line.failures} (theirs ${line.referenceFailures})`,
  );
}

function table(lines: readonly Line[]): Table {
  return {
    caption: 'Durable accepts beside what others reach on this machine in the same minutes.',
    columns: [
      'subject',
      'beside',
      'connections',
      'at once',
      'messages/s',
      'reference/s',
      'ratio',
      'failures',
      'failures of the reference',
      'p99 ms',
      'CPU µs/message',
      'syncs/message',
      'bytes written/message',
    ],
    rows: lines.map((line) => [
      line.subject,
      line.beside,
      line.connections,
      line.concurrency,
      rounded(line.pisang, 0),
      rounded(line.reference, 0),
      rounded(line.ratio, 2),
      line.failures,
      line.referenceFailures,
      line.p99Ms === null ? null : rounded(line.p99Ms, 1),
      rounded(line.cpuMicrosPerMessage, 0),
      rounded(line.syncsPerMessage, 3),
      rounded(line.bytesPerMessage, 0),
    ]),
  };
}
