import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suspicion } from '../../app/modem/suspicion.ts';
import { TroubleLatch } from '../../app/modem/trouble-latch.ts';
import { FakeClock } from '../support/fake-clock.ts';

const SICK = { kind: 'sick', reason: 'silent' } as const;
const BOOTED = { kind: 'booted', reason: 'restarted' } as const;
const LOST = { kind: 'link-lost', reason: 'unplugged' } as const;
const STOPPED = { kind: 'stopped', reason: 'closed' } as const;

test('the first trouble of a round counts, unless the link went after it', () => {
  const latch = new TroubleLatch();
  const { signal } = latch;
  assert.deepEqual([latch.trouble, signal.aborted], [null, false]);
  assert.ok(latch.set(SICK));
  assert.ok(!latch.set(BOOTED));
  assert.deepEqual([latch.trouble, signal.aborted, latch.generation], [SICK, true, 1]);
  assert.ok(latch.set(LOST));
  assert.ok(!latch.set(STOPPED), 'gone is gone');
  assert.deepEqual([latch.trouble, latch.final, latch.generation], [LOST, true, 2]);
});

test('a new round forgets the trouble; none begins on a link that is gone', () => {
  const latch = new TroubleLatch();
  latch.set(BOOTED);
  assert.ok(latch.release());
  assert.deepEqual([latch.trouble, latch.signal.aborted], [null, false]);
  assert.equal(latch.generation, 1, 'what was read before the restart stays old');
  latch.set(STOPPED);
  assert.ok(!latch.release());
  assert.equal(latch.trouble, STOPPED);
});

test('after a look, signs are not heeded for ten seconds; an order to look always is', async () => {
  const clock = new FakeClock();
  const suspicion = new Suspicion(clock);
  assert.ok(suspicion.heedsSigns);
  suspicion.raise(500);
  suspicion.raise(0);
  assert.deepEqual([suspicion.open, suspicion.quietMs], [true, 500]);
  suspicion.waited();
  assert.equal(suspicion.looked(), clock.monotonicMs() + 10_000);
  assert.deepEqual([suspicion.open, suspicion.quietMs, suspicion.heedsSigns], [false, 0, false]);
  suspicion.raise(0);
  assert.ok(suspicion.open);
  suspicion.drop();
  await clock.advance(10_000);
  assert.ok(suspicion.heedsSigns && !suspicion.open);
});
