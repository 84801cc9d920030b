import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { MessageId } from '../../app/domain/ids.ts';
import type { OpenBracket } from '../../app/outbox/contract.ts';
import type { DecodedStatusReport } from '../../app/pdu/index.ts';
import { after } from '../support/fake-driver.ts';
import { LONG_TEXT, MODEM, StationBench } from './station-bench.ts';

let bench: StationBench;

beforeEach(() => {
  bench = new StationBench();
});

afterEach(() => bench.end());

test('an unknown outcome waits for a person, or is sent again when the message says so', async () => {
  bench.outbox.ready = [bench.message(1), bench.message(2, { onUncertain: 'resend' })];
  bench.driver.script = [
    after({ kind: 'unknown', code: 'no-answer' }),
    after({ kind: 'unknown', code: 'no-answer' }),
  ];
  bench.start();
  await bench.quiet();
  assert.deepEqual(bench.argument('recordUncertain').next, { kind: 'hold' });
  assert.deepEqual(bench.argument('recordUncertain', 1).next, {
    kind: 'resend',
    waitUntilMs: bench.startMs + 60_000,
  });
});

test('the last attempt of a resend policy still waits for a person', async () => {
  bench.outbox.ready = [bench.message(1, { onUncertain: 'resend', attempts: 4 })];
  bench.driver.script = [after({ kind: 'unknown', code: 'no-answer' })];
  bench.start();
  await bench.quiet();
  assert.deepEqual(bench.argument('recordUncertain').next, { kind: 'hold' });
});

test('a late answer settles the part in doubt as sent', async () => {
  bench.outbox.ready = [bench.message(1)];
  bench.driver.script = [after({ kind: 'unknown', code: 'no-answer' })];
  bench.start();
  await bench.quiet();
  bench.fromDriver?.onLateSent(77);
  await bench.quiet();
  const { at, ...sent } = bench.argument('recordSent');
  assert.deepEqual(sent, { seq: 1, part: 1, modem: MODEM, reference: 77 });
  assert.ok(at);
});

test('what settles a part in doubt wakes the lane for the other parts of the message', async () => {
  bench.start();
  await bench.quiet();
  const rest = bench.message(1, {
    text: LONG_TEXT,
    attempts: 1,
    concatReference: 7,
    parts: [{ number: 1, status: 'sent' }],
  });
  bench.outbox.ready = [rest];
  bench.outbox.reportResult = 'settled';
  const reported = bench.fromDriver?.onReport({
    pdu: '',
    report: { outcome: 'delivered' } as DecodedStatusReport,
  });
  await bench.quiet();
  await reported;
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 2, 'after a report');

  bench.outbox.ready = [bench.message(2)];
  bench.driver.script = [after({ kind: 'unknown', code: 'no-answer' })];
  bench.queue.nudge();
  await bench.quiet();
  bench.outbox.ready = [{ ...rest, seq: 2 }];
  bench.fromDriver?.onLateSent(78);
  await bench.quiet();
  assert.equal(bench.driver.parts.length, 5, 'after a late answer');
});

test('a part of an earlier process becomes uncertain when no late answer comes in time', async () => {
  const bracket: OpenBracket = {
    seq: 9,
    part: 1,
    modem: MODEM,
    id: 'id-9' as MessageId,
    onUncertain: 'hold',
    attempts: 0,
    handedOverAtMs: bench.clock.nowMs() - 10_000,
  };
  bench.driver.setUsable(false);
  bench.start({}, [bracket]);
  await bench.clock.advance(59_999);
  assert.deepEqual(bench.outbox.verbs(), []);
  await bench.clock.advance(1);
  await bench.quiet();
  assert.equal(bench.argument('recordUncertain').code, 'interrupted-after-hand-over');
  bench.fromDriver?.onLateSent(3);
  await bench.quiet();
  assert.equal(bench.argument('recordSent').seq, 9, 'an answer later still settles it');
});
