import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import Database from 'better-sqlite3';
import { SystemClock } from '../../app/local/system-clock.ts';
import { openApiOutbox, openWorkerOutbox } from '../../app/outbox/index.ts';
import { MODEM, QUIET, tempFolder } from './fixtures.ts';

let temp: ReturnType<typeof tempFolder>;
let children: ChildProcess[];
beforeEach(() => {
  temp = tempFolder();
  children = [];
});
afterEach(() => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  temp.remove();
});

const MAIN = new URL('./main-enqueue.js', import.meta.url).pathname;

interface Run {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly done: Promise<void>;
  readonly ended: Promise<string | number | null>;
}

function start(args: string[], env: Record<string, string> = {}, limit = ''): Run {
  const command = `${limit}exec "$0" "$@"`;
  const child = spawn('/bin/sh', ['-c', command, process.execPath, MAIN, temp.file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  const ended = new Promise<string | number | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  const done = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('done')) {
        resolve();
      }
    });
    child.on('close', () => resolve());
  });
  return { child, lines, done, ended };
}

async function finish(run: Run): Promise<void> {
  await run.done;
  run.child.stdin?.end();
  assert.equal(await run.ended, 0);
}

function ids(): string[] {
  const db = new Database(temp.file, { readonly: true });
  try {
    return db.prepare('SELECT lower(hex(id)) FROM messages ORDER BY seq').pluck().all() as string[];
  } finally {
    db.close();
  }
}

const answered = (run: Run): string[] =>
  run.lines.filter((line) => line.length === 36).map((line) => line.replaceAll('-', ''));

test('two API processes and a worker share one new database: nobody sees a lock, the worker gets its turn', async () => {
  const apis = [start(['4000', '50'], { TEXT_LENGTH: '600' }), start(['4000', '50'])];
  const clock = new SystemClock();
  const worker = await openWorkerOutbox({
    file: temp.file,
    clock,
    logger: QUIET,
    random: (length) => new Uint8Array(length),
    onFailure: () => undefined,
  });
  let over = false;
  const bothDone = Promise.all(apis.map((api) => api.done)).then(() => {
    over = true;
  });
  const commitMs: number[] = [];
  while (!over) {
    const [message] = await worker.nextReady({
      modem: MODEM,
      routes: [],
      limit: 1,
      excludeSeqs: [],
    });
    if (message === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      continue;
    }
    const at = { atMs: clock.nowMs(), bootId: clock.bootId, monotonicMs: clock.monotonicMs() };
    const part = { seq: message.seq, part: 1, modem: MODEM, at };
    const startMs = performance.now();
    const handOver = { ...part, iccid: null, concatReference: null, lastReference: null };
    assert.equal(await worker.handOver(handOver), 'committed');
    commitMs.push(performance.now() - startMs);
    await worker.recordSent({ ...part, reference: 1 });
  }
  await bothDone;
  await worker.close();
  await Promise.all(apis.map(finish));
  assert.equal(apis.flatMap(answered).length, 8_000, apis.map((api) => api.lines.slice(-3)).join());
  assert.deepEqual(new Set(ids()), new Set(apis.flatMap(answered)));
  assert.ok(commitMs.length > 20, `${commitMs.length} hand-overs`);
  const p90 = commitMs.toSorted((a, b) => a - b)[Math.floor(commitMs.length * 0.9)] ?? 0;
  assert.ok(p90 < 250, `the worker's commits took ${p90} ms (p90) under load`);
});

test('the WAL stays bounded under load from two processes', async () => {
  const apis = [1, 2].map(() => start(['3000', '100'], { TEXT_LENGTH: '4000' }));
  let largest = 0;
  const watch = setInterval(() => {
    largest = Math.max(largest, statSync(`${temp.file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  }, 5);
  await Promise.all(apis.map((api) => api.done));
  clearInterval(watch);
  await Promise.all(apis.map(finish));
  assert.ok(largest > 0 && largest < 48 * 1024 * 1024, `${largest} octets`);
  assert.ok(statSync(temp.file).size > 20 * 1024 * 1024, 'more than the WAL may hold was written');
});

test('killed before the commit: not there, not answered; killed after it: there, not answered', async () => {
  for (const [point, wanted] of [
    ['api.before-commit:3', 2],
    ['api.after-commit:3', 3],
  ] as const) {
    const before = point.startsWith('api.before') ? 0 : ids().length;
    const run = start(['10'], { PISANG_TEST_HOOKS: '1', PISANG_TEST_CRASH_AT: point });
    assert.equal(await run.ended, 'SIGKILL');
    assert.equal(answered(run).length, 2);
    assert.equal(ids().length - before, wanted, point);
  }
  const unarmed = start(['5'], { PISANG_TEST_CRASH_AT: 'api.before-commit' });
  await finish(unarmed);
  assert.equal(answered(unarmed).length, 5);
});

test('a process that was killed is noticed by the next one, a closed one is not', async () => {
  const killed = start(['1']);
  await killed.done;
  killed.child.kill('SIGKILL');
  await killed.ended;
  // A command, such as the one that adds a key, looks in and leaves the mark for the next service.
  const visitor = await openApiOutbox({
    file: temp.file,
    clock: new SystemClock(),
    logger: QUIET,
    maxDepth: 1,
    diskReserveBytes: 0,
    onFailure: () => {},
    visit: true,
  });
  assert.equal(visitor.uncleanStop, false);
  await visitor.close();
  const unclean: boolean[] = [];
  for (let index = 0; index < 2; index += 1) {
    const next = start(['1']);
    await finish(next);
    unclean.push(next.lines[0] === 'open unclean=true');
  }
  assert.deepEqual(unclean, [true, false]);
});

test('a commit that fails is unknown to its callers, and nothing more is accepted', async () => {
  // A file-size limit makes the write of the WAL fail, as a dying card does.
  const limit = 'trap "" XFSZ; ulimit -f 1500; ';
  const run = start(['3000'], { TEXT_LENGTH: '900' }, limit);
  await run.done;
  const good = answered(run);
  const rest = run.lines.filter((line) => line.length !== 36 && !/^(open|done)/.test(line));
  assert.deepEqual(rest.slice(0, 3).toSorted(), [
    'commit-unknown',
    'failure failing',
    'storage-failing',
  ]);
  assert.ok(rest.slice(3).every((line) => line === 'storage-failing'));
  assert.equal(JSON.parse(run.lines.at(-1)?.slice(5) ?? '{}').state, 'failing');
  run.child.stdin?.end();
  await run.ended;
  const stored = new Set(ids());
  assert.ok(good.length > 10);
  assert.ok(
    good.every((id) => stored.has(id)),
    'what was answered is there',
  );
  assert.ok(stored.size - good.length <= 1);
});
