import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { ModemConfig } from '../../app/domain/config.ts';
import type { MessageId, ModemId } from '../../app/domain/ids.ts';
import type { ModemDriverDeps } from '../../app/modem/index.ts';
import type { OpenBracket, ReadyMessage } from '../../app/outbox/contract.ts';
import { type DecodedStatusReport, decodeSubmit } from '../../app/pdu/index.ts';
import { ConcatReferences } from '../../app/worker/concat-references.ts';
import { ReadyQueue } from '../../app/worker/ready-queue.ts';
import { Station } from '../../app/worker/station.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { after, FakeDriver } from '../support/fake-driver.ts';
import { FakeWorkerOutbox } from '../support/fake-worker-outbox.ts';

const MODEM = 'modem1' as ModemId;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const LONG_TEXT = 'a'.repeat(400);

let clock: FakeClock;
let outbox: FakeWorkerOutbox;
let driver: FakeDriver;
let queue: ReadyQueue;
let stopping: AbortController;
let running: Promise<void> | null;
let fromDriver: Pick<ModemDriverDeps, 'onLateSent' | 'onReport' | 'onInbound'> | null;
let backOffs: number[];
let startMs: number;

beforeEach(() => {
  clock = new FakeClock();
  outbox = new FakeWorkerOutbox();
  driver = new FakeDriver();
  queue = new ReadyQueue(outbox, new Map());
  stopping = new AbortController();
  running = null;
  fromDriver = null;
  backOffs = [];
  startMs = clock.nowMs();
});

afterEach(async () => {
  stopping.abort();
  await running;
});

function message(seq: number, changes: Partial<ReadyMessage> = {}): ReadyMessage {
  const text = changes.text ?? 'pesan';
  return {
    seq,
    id: `id-${seq}` as MessageId,
    to: `+62896107079${10 + seq}`,
    text,
    encoding: 'gsm7',
    segments:
      Math.ceil(text.length / 153) > 1 && text.length > 160 ? Math.ceil(text.length / 153) : 1,
    flash: false,
    deliveryReport: true,
    onUncertain: 'hold',
    priority: 'normal',
    modem: null,
    validitySeconds: null,
    accepted: { atMs: clock.nowMs(), bootId: clock.bootId, monotonicMs: clock.monotonicMs() },
    attempts: 0,
    concatReference: null,
    parts: [],
    ...changes,
  };
}

function start(
  config: Partial<ModemConfig> = {},
  interrupted: readonly OpenBracket[] = [],
): Station {
  const station = new Station({
    config: {
      id: MODEM,
      port: 'tcp://127.0.0.1:1',
      pin: null,
      ratePerMinute: null,
      dailyCap: null,
      routes: [],
      roamingAllowed: false,
      balanceUssd: null,
      postpaid: false,
      ...config,
    },
    outbox,
    queue,
    references: new ConcatReferences(() => Uint8Array.of(41)),
    makeDriver: (deps) => {
      fromDriver = deps;
      return driver;
    },
    clock,
    logger: SILENT,
    maxAttempts: 5,
    lateAnswerMs: 60_000,
    handOverTimesMs: [],
    interrupted,
    onChange: () => undefined,
    onBackOff: (at) => backOffs.push(at - clock.nowMs()),
  });
  running = station.run(stopping.signal);
  return station;
}

/** Until nothing moves any more; takes 5 ms, since results linger so long for the next bracket. */
async function quiet(): Promise<void> {
  for (const ms of [0, 5]) {
    await clock.advance(ms);
    for (let i = 0; i < 20; i++) {
      await clock.advance(0);
    }
  }
}

/** The arguments of the outbox's verbs, all fields that these tests look at. */
interface Noted {
  readonly seq: number;
  readonly part: number;
  readonly code: string;
  readonly reference: number | null;
  readonly lastReference: number | null;
  readonly concatReference: number | null;
  readonly spendsAttempt: boolean;
  readonly next: object;
  readonly at: object;
}

function argument(verb: string, index = 0): Noted {
  const found = outbox.calls.filter((call) => call.verb === verb)[index];
  assert.ok(found, `${verb} was not called`);
  return found.argument as Noted;
}

test('a message is bracketed before the modem gets it and recorded after, in queue order', async () => {
  outbox.ready = [message(1), message(2)];
  start();
  await quiet();
  assert.deepEqual(outbox.verbs(), ['handOver', 'recordSent', 'handOver', 'recordSent']);
  assert.equal(argument('handOver').seq, 1);
  assert.equal(argument('handOver').lastReference, null);
  assert.equal(argument('recordSent').reference, 0);
  assert.equal(
    argument('handOver', 1).lastReference,
    0,
    'the newest reference helps match a late report',
  );
});

test('the parts of a long message carry one reference; a retry sends only what is missing', async () => {
  outbox.ready = [message(1, { text: LONG_TEXT })];
  driver.script = [
    after({ kind: 'sent', reference: 9, tookMs: 1 }),
    after({ kind: 'refused', error: { kind: 'cms', code: 42 }, afterCtrlZ: true, bracketed: true }),
  ];
  start();
  await quiet();
  assert.equal(driver.parts.length, 2);
  const reference = argument('handOver').concatReference;
  assert.deepEqual(
    { ...argument('recordFailure'), at: null },
    {
      seq: 1,
      part: 2,
      modem: MODEM,
      code: 'cms-42',
      spendsAttempt: true,
      next: { kind: 'requeue', waitUntilMs: startMs + 60_000 },
      at: null,
    },
  );
  assert.deepEqual(backOffs, [60_000]);

  outbox.ready = [
    message(1, {
      text: LONG_TEXT,
      attempts: 1,
      concatReference: reference,
      parts: [
        { number: 1, status: 'sent' },
        { number: 2, status: 'failed' },
      ],
    }),
  ];
  queue.nudge();
  await quiet();
  const numbers = driver.parts.map(({ pdu }) => decodeSubmit(pdu).concat);
  assert.deepEqual(
    numbers.map((concat) => concat?.number),
    [1, 2, 2, 3],
  );
  assert.ok(numbers.every((concat) => concat?.reference === reference && concat?.total === 3));
});

test('a modem that never asked for the PDU costs nothing: no write, no attempt, and a pause that grows', async () => {
  outbox.ready = [message(1)];
  const noPrompt = async (): Promise<{
    kind: 'not-handed-over';
    code: string;
    bracketed: boolean;
  }> => ({
    kind: 'not-handed-over',
    code: 'no-prompt',
    bracketed: false,
  });
  driver.script = [noPrompt, noPrompt];
  start();
  await quiet();
  assert.deepEqual(outbox.verbs(), []);
  await clock.advance(1_000);
  await quiet();
  assert.equal(driver.parts.length, 2);
  await clock.advance(1_000);
  await quiet();
  assert.equal(driver.parts.length, 2, 'the second pause is longer');
  await clock.advance(1_000);
  await quiet();
  assert.deepEqual(outbox.verbs(), ['handOver', 'recordSent']);
});

test('a bracket that was made but not used is taken back', async () => {
  outbox.ready = [message(1)];
  driver.script = [after({ kind: 'not-handed-over', code: 'hand-over-too-slow', bracketed: true })];
  start();
  await quiet();
  assert.deepEqual(outbox.verbs(), ['handOver', 'takeBack']);
});

test('a canceled message is not sent', async () => {
  outbox.ready = [message(1)];
  outbox.canceled.add(1);
  start();
  outbox.ready = [];
  await quiet();
  assert.ok(!outbox.verbs().includes('recordSent'));
});

test('an unknown outcome waits for a person, or is sent again when the message says so', async () => {
  outbox.ready = [message(1), message(2, { onUncertain: 'resend' })];
  driver.script = [
    after({ kind: 'unknown', code: 'no-answer' }),
    after({ kind: 'unknown', code: 'no-answer' }),
  ];
  start();
  await quiet();
  assert.deepEqual(argument('recordUncertain').next, { kind: 'hold' });
  assert.deepEqual(argument('recordUncertain', 1).next, {
    kind: 'resend',
    waitUntilMs: startMs + 60_000,
  });
});

test('the last attempt of a resend policy still waits for a person', async () => {
  outbox.ready = [message(1, { onUncertain: 'resend', attempts: 4 })];
  driver.script = [after({ kind: 'unknown', code: 'no-answer' })];
  start();
  await quiet();
  assert.deepEqual(argument('recordUncertain').next, { kind: 'hold' });
});

test('a wrong number fails at once; attempts used up fail too', async () => {
  outbox.ready = [message(1), message(2, { attempts: 4 })];
  const refuse = (code: number): ReturnType<typeof after> =>
    after({ kind: 'refused', error: { kind: 'cms', code }, afterCtrlZ: true, bracketed: true });
  driver.script = [refuse(1), refuse(42)];
  start();
  await quiet();
  assert.deepEqual(argument('recordFailure').next, { kind: 'fail' });
  assert.deepEqual(argument('recordFailure', 1).next, { kind: 'fail' });
});

test('refusals by the operator spend no attempt and leave one probe every five minutes', async () => {
  outbox.ready = [1, 2, 3, 4, 5].map((seq) => message(seq));
  driver.script = Array.from({ length: 4 }, () =>
    after({ kind: 'refused', error: { kind: 'cms', code: 8 }, afterCtrlZ: true, bracketed: true }),
  );
  const station = start();
  await quiet();
  assert.equal(driver.parts.length, 3);
  assert.equal(argument('recordFailure').spendsAttempt, false);
  assert.equal(station.snapshot().sending.holding, 'operator-probe');
  await clock.advance(5 * 60_000);
  await quiet();
  assert.equal(driver.parts.length, 4, 'one probe');
  await clock.advance(5 * 60_000);
  await quiet();
  assert.equal(driver.parts.length, 5);
  assert.equal(station.snapshot().sending.holding, null, 'the fifth got through');
});

test('what expired in the queue is not sent, by monotonic time of this boot', async () => {
  outbox.ready = [message(1, { validitySeconds: 60 })];
  driver.setUsable(false);
  start();
  await clock.advance(61_000);
  clock.setWall(0);
  driver.setUsable(true);
  await quiet();
  assert.deepEqual(outbox.verbs(), ['expire']);
});

test('when results cannot be written no further part is handed over until they can', async () => {
  outbox.ready = [message(1), message(2)];
  outbox.failing.add('recordSent');
  driver.script = [
    async (handOver) => {
      await handOver();
      return { kind: 'sent', reference: 1, tookMs: 1 };
    },
    async (handOver) => {
      await assert.rejects(handOver(), /disk/);
      return { kind: 'not-handed-over', code: 'storage-failing', bracketed: true };
    },
  ];
  start();
  await quiet();
  assert.equal(driver.parts.length, 2);
  outbox.failing.clear();
  await clock.advance(1_000);
  await quiet();
  assert.ok(outbox.verbs().includes('takeBack'));
});

test('a disk that was full for a while: the answers of meanwhile are written, then the queue goes on', async () => {
  outbox.ready = [message(1), message(2), message(3), message(4)];
  outbox.failing.add('recordSent');
  outbox.failing.add('takeBack');
  driver.script = [
    after({ kind: 'sent', reference: 1, tookMs: 1 }),
    async (handOver) => {
      await assert.rejects(handOver(), /disk/);
      return { kind: 'not-handed-over', code: 'storage-failing', bracketed: true };
    },
  ];
  start();
  await quiet();
  for (const ms of [1_000, 2_000, 4_000]) {
    await clock.advance(ms);
    await quiet();
  }
  assert.ok(driver.parts.length <= 2, 'nothing more was handed to the modem');
  outbox.failing.clear();
  outbox.calls.length = 0;
  for (const ms of [30_000, 30_000]) {
    await clock.advance(ms);
    await quiet();
  }
  const written = outbox.calls.filter(({ verb }) => verb !== 'handOver');
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

test('a late answer settles the part in doubt as sent', async () => {
  outbox.ready = [message(1)];
  driver.script = [after({ kind: 'unknown', code: 'no-answer' })];
  start();
  await quiet();
  fromDriver?.onLateSent(77);
  await quiet();
  const { at, ...sent } = argument('recordSent');
  assert.deepEqual(sent, { seq: 1, part: 1, modem: MODEM, reference: 77 });
  assert.ok(at);
});

test('what settles a part in doubt wakes the lane for the other parts of the message', async () => {
  start();
  await quiet();
  const rest = message(1, {
    text: LONG_TEXT,
    attempts: 1,
    concatReference: 7,
    parts: [{ number: 1, status: 'sent' }],
  });
  outbox.ready = [rest];
  outbox.reportResult = 'settled';
  const reported = fromDriver?.onReport({
    pdu: '',
    report: { outcome: 'delivered' } as DecodedStatusReport,
  });
  await quiet();
  await reported;
  await quiet();
  assert.equal(driver.parts.length, 2, 'after a report');

  outbox.ready = [message(2)];
  driver.script = [after({ kind: 'unknown', code: 'no-answer' })];
  queue.nudge();
  await quiet();
  outbox.ready = [{ ...rest, seq: 2 }];
  fromDriver?.onLateSent(78);
  await quiet();
  assert.equal(driver.parts.length, 5, 'after a late answer');
});

test('a part of an earlier process becomes uncertain when no late answer comes in time', async () => {
  const bracket: OpenBracket = {
    seq: 9,
    part: 1,
    modem: MODEM,
    id: 'id-9' as MessageId,
    onUncertain: 'hold',
    attempts: 0,
    handedOverAtMs: clock.nowMs() - 10_000,
  };
  driver.setUsable(false);
  start({}, [bracket]);
  await clock.advance(59_999);
  assert.deepEqual(outbox.verbs(), []);
  await clock.advance(1);
  await quiet();
  assert.equal(argument('recordUncertain').code, 'interrupted-after-hand-over');
  fromDriver?.onLateSent(3);
  await quiet();
  assert.equal(argument('recordSent').seq, 9, 'an answer later still settles it');
});

test('the rate spaces hand-overs, and the snapshot tells the cap', async () => {
  outbox.ready = [message(1), message(2), message(3)];
  const station = start({ ratePerMinute: 20, dailyCap: 2 });
  await quiet();
  assert.equal(driver.parts.length, 1);
  await clock.advance(2_994);
  assert.equal(driver.parts.length, 1);
  await clock.advance(1);
  await quiet();
  assert.equal(driver.parts.length, 2);
  await clock.advance(3_000);
  const { sending } = station.snapshot();
  assert.equal(driver.parts.length, 2);
  assert.equal(sending.holding, 'daily-cap');
  assert.equal(sending.sentToday, 2);
  assert.ok(sending.capResetsAt);
});

test('told to stop, the lane finishes the part in the air and records it', async () => {
  outbox.ready = [message(1), message(2)];
  let answer: () => void = () => undefined;
  driver.script = [
    async (handOver) => {
      await handOver();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { kind: 'sent', reference: 5, tookMs: 1 };
    },
  ];
  start();
  await quiet();
  stopping.abort();
  answer();
  await running;
  assert.deepEqual(outbox.verbs(), ['handOver', 'recordSent']);
});
