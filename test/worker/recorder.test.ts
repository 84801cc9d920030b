import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from '../../app/worker/recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a report waits for the next bracket, behind the result that it may belong to', async () => {
  const clock = new FakeClock();
  const recorder = new Recorder(clock, () => undefined);
  const begun: string[] = [];
  recorder.recordSoon(async () => {
    begun.push('result');
  });
  const report = recorder.joinNext(async () => {
    begun.push('report');
    return 'matched';
  });
  await clock.advance(4);
  assert.deepEqual(begun, []);
  recorder.flush();
  assert.deepEqual(begun, ['result', 'report']);
  assert.equal(await report, 'matched');
});

test('a report without a bracket after it is written on its own, soon', async () => {
  const clock = new FakeClock();
  const recorder = new Recorder(clock, () => undefined);
  const report = recorder.joinNext(async () => 'stored');
  await clock.advance(5);
  assert.equal(await report, 'stored');
});

test('a report that fails is the caller’s trouble and stops no bracket', async () => {
  const clock = new FakeClock();
  const recorder = new Recorder(clock, () => undefined);
  const report = recorder.joinNext(() => Promise.reject(new Error('no')));
  recorder.flush();
  await assert.rejects(report, /no/);
  await recorder.settled();
});
