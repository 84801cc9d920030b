import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Waker } from '../../app/worker/waker.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { QUIET } from '../support/http-service.ts';

test('a call during a look is not lost: the look may have read before its message came', async () => {
  for (const call of ['poke', 'noteDue'] as const) {
    const clock = new FakeClock();
    const looks: ((nextDueMs: number | null) => void)[] = [];
    const waker = new Waker({
      outbox: { wakeDue: () => new Promise((resolve) => looks.push(resolve)) },
      clock,
      logger: QUIET,
      onWoken: () => undefined,
    });
    waker.poke();
    await clock.advance(1);
    assert.equal(looks.length, 1);
    if (call === 'poke') {
      waker.poke();
    } else {
      waker.noteDue(clock.nowMs() + 500);
    }
    looks[0]?.(null);
    await settle();
    await clock.advance(1_000);
    assert.equal(looks.length, 2, call);
    looks[1]?.(null);
    await settle();
    assert.equal(clock.pendingTimers(), 0, 'idle again');
    waker.stop();
  }
});
