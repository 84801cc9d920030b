import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { decodeSubmit } from '../../app/pdu/index.ts';
import { after } from '../support/fake-driver.ts';
import { LONG_TEXT, MODEM, type Noted, StationBench } from './station-bench.ts';

let bench: StationBench;

beforeEach(() => {
  bench = new StationBench();
});

afterEach(() => bench.end());

test('a message is bracketed before the modem gets it and recorded after, in queue order', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2)];
  bench.start();
  await bench.quiet();
  assert.deepEqual(bench.outbox.verbs(), ['handOver', 'recordSent', 'handOver', 'recordSent']);
  assert.equal(bench.argument('handOver').seq, 1);
  assert.equal(bench.argument('handOver').lastReference, null);
  assert.equal(bench.argument('recordSent').reference, 0);
  assert.equal(
    bench.argument('handOver', 1).lastReference,
    0,
    'the newest reference helps match a late report',
  );
});

test('the parts of a long message carry one reference; a retry sends only what is missing', async () => {
  bench.outbox.ready = [bench.message(1, { text: LONG_TEXT })];
  bench.driver.script = [
    after({ kind: 'sent', reference: 9, tookMs: 1 }),
    after({ kind: 'refused', error: { kind: 'cms', code: 42 }, afterCtrlZ: true, bracketed: true }),
  ];
  bench.start();
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 2);
  const reference = bench.argument('handOver').concatReference;
  assert.deepEqual(
    { ...bench.argument('recordFailure'), at: null },
    {
      seq: 1,
      part: 2,
      modem: MODEM,
      code: 'cms-42',
      spendsAttempt: true,
      next: { kind: 'requeue', waitUntilMs: bench.startMs + 60_000 },
      at: null,
    },
  );
  assert.deepEqual(bench.backOffs, [60_000]);

  bench.outbox.ready = [
    bench.message(1, {
      text: LONG_TEXT,
      attempts: 1,
      concatReference: reference,
      parts: [
        { number: 1, status: 'sent' },
        { number: 2, status: 'failed' },
      ],
    }),
  ];
  bench.queue.nudge();
  await bench.quiet();
  const numbers = bench.driver.parts.map(({ pdu }) => decodeSubmit(pdu).concat);
  assert.deepEqual(
    numbers.map((concat) => concat?.number),
    [1, 2, 2, 3],
  );
  assert.ok(numbers.every((concat) => concat?.reference === reference && concat?.total === 3));
});

test('a modem that never asked for the PDU costs nothing: no write, no attempt, and a pause that grows', async () => {
  bench.outbox.ready = [bench.message(1)];
  const noPrompt = async (): Promise<{
    kind: 'not-handed-over';
    code: string;
    bracketed: boolean;
  }> => ({
    kind: 'not-handed-over',
    code: 'no-prompt',
    bracketed: false,
  });
  bench.driver.script = [noPrompt, noPrompt];
  bench.start();
  await bench.quiet();
  assert.deepEqual(bench.outbox.verbs(), []);
  await bench.clock.advance(1_000);
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 2);
  await bench.clock.advance(1_000);
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 2, 'the second pause is longer');
  await bench.clock.advance(1_000);
  await bench.quiet();
  assert.deepEqual(bench.outbox.verbs(), ['handOver', 'recordSent']);
});

test('a bracket that was made but not used is taken back', async () => {
  bench.outbox.ready = [bench.message(1)];
  bench.driver.script = [
    after({ kind: 'not-handed-over', code: 'hand-over-too-slow', bracketed: true }),
  ];
  bench.start();
  await bench.quiet();
  assert.deepEqual(bench.outbox.verbs(), ['handOver', 'takeBack']);
});

test('a canceled message is not sent', async () => {
  bench.outbox.ready = [bench.message(1)];
  bench.outbox.canceled.add(1);
  bench.start();
  bench.outbox.ready = [];
  await bench.quiet();
  assert.ok(!bench.outbox.verbs().includes('recordSent'));
});

test('a wrong number fails at once; attempts used up fail too', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2, { attempts: 4 })];
  const refuse = (code: number): ReturnType<typeof after> =>
    after({ kind: 'refused', error: { kind: 'cms', code }, afterCtrlZ: true, bracketed: true });
  bench.driver.script = [refuse(1), refuse(42)];
  bench.start();
  await bench.quiet();
  assert.deepEqual(bench.argument('recordFailure').next, { kind: 'fail' });
  assert.deepEqual(bench.argument('recordFailure', 1).next, { kind: 'fail' });
});

test('refusals by the operator spend no attempt and leave one probe every five minutes', async () => {
  bench.outbox.ready = [1, 2, 3, 4, 5].map((seq) => bench.message(seq));
  bench.driver.script = Array.from({ length: 4 }, () =>
    after({ kind: 'refused', error: { kind: 'cms', code: 8 }, afterCtrlZ: true, bracketed: true }),
  );
  const station = bench.start();
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 3);
  assert.equal(bench.argument('recordFailure').spendsAttempt, false);
  assert.equal(station.snapshot().sending.holding, 'operator-probe');
  await bench.clock.advance(5 * 60_000);
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 4, 'one probe');
  await bench.clock.advance(5 * 60_000);
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 5);
  assert.equal(station.snapshot().sending.holding, null, 'the fifth got through');
});

test('what expired in the queue is not sent, by monotonic time of this boot', async () => {
  bench.outbox.ready = [bench.message(1, { validitySeconds: 60 })];
  bench.driver.setUsable(false);
  bench.start();
  await bench.clock.advance(61_000);
  bench.clock.setWall(0);
  bench.driver.setUsable(true);
  await bench.quiet();
  assert.deepEqual(bench.outbox.verbs(), ['expire']);
});

test('when results cannot be written no further part is handed over until they can', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2)];
  bench.outbox.failing.add('recordSent');
  bench.driver.script = [
    async (handOver) => {
      await handOver();
      return { kind: 'sent', reference: 1, tookMs: 1 };
    },
    async (handOver) => {
      await assert.rejects(handOver(), /disk/);
      return { kind: 'not-handed-over', code: 'storage-failing', bracketed: true };
    },
  ];
  bench.start();
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 2);
  bench.outbox.failing.clear();
  await bench.clock.advance(1_000);
  await bench.quiet();
  assert.ok(bench.outbox.verbs().includes('takeBack'));
});

test('a disk that was full for a while: the answers of meanwhile are written, then the queue goes on', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2), bench.message(3), bench.message(4)];
  bench.outbox.failing.add('recordSent');
  bench.outbox.failing.add('takeBack');
  bench.driver.script = [
    after({ kind: 'sent', reference: 1, tookMs: 1 }),
    async (handOver) => {
      await assert.rejects(handOver(), /disk/);
      return { kind: 'not-handed-over', code: 'storage-failing', bracketed: true };
    },
  ];
  bench.start();
  await bench.quiet();
  for (const ms of [1_000, 2_000, 4_000]) {
    await bench.clock.advance(ms);
    await bench.quiet();
  }
  assert.ok(bench.driver.parts.length <= 2, 'nothing more was handed to the modem');
  bench.outbox.failing.clear();
  bench.outbox.calls.length = 0;
  for (const ms of [30_000, 30_000]) {
    await bench.clock.advance(ms);
    await bench.quiet();
  }
  const written = bench.outbox.calls.filter(({ verb }) => verb !== 'handOver');
  assert.deepEqual(
    written.map(({ verb, argument }) => [verb, (argument as Noted).seq]),
    [
      ['recordSent', 1],
      ['takeBack', 2],
      ['recordSent', 3],
      ['recordSent', 4],
    ],
    'in the order in which they came about, each once',
  );
});

test('the rate spaces hand-overs, and the snapshot tells the cap', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2), bench.message(3)];
  const station = bench.start({ ratePerMinute: 20, dailyCap: 2 });
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 1);
  await bench.clock.advance(2_994);
  assert.equal(bench.driver.parts.length, 1);
  await bench.clock.advance(1);
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 2);
  await bench.clock.advance(3_000);
  const { sending } = station.snapshot();
  assert.equal(bench.driver.parts.length, 2);
  assert.equal(sending.holding, 'daily-cap');
  assert.equal(sending.sentToday, 2);
  assert.ok(sending.capResetsAt);
});

test('told to stop, the lane finishes the part in the air and records it', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2)];
  let answer: () => void = () => undefined;
  bench.driver.script = [
    async (handOver) => {
      await handOver();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { kind: 'sent', reference: 5, tookMs: 1 };
    },
  ];
  bench.start();
  await bench.quiet();
  bench.stopping.abort();
  answer();
  await bench.running;
  assert.deepEqual(bench.outbox.verbs(), ['handOver', 'recordSent']);
});
