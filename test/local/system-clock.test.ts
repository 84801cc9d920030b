import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SystemClock } from '../../app/local/system-clock.ts';

test('the boot id is the kernel’s, and stays', () => {
  const file = '/proc/sys/kernel/random/boot_id';
  const { bootId } = new SystemClock();
  assert.match(bootId, /^[0-9a-f-]{36}$/);
  if (existsSync(file)) {
    assert.equal(bootId, readFileSync(file, 'utf8').trim());
  }
});

test('monotonic time grows, wall time is the system’s', () => {
  const clock = new SystemClock();
  const first = clock.monotonicMs();
  assert.ok(clock.monotonicMs() >= first);
  assert.ok(Math.abs(clock.nowMs() - Date.now()) < 1_000);
  assert.equal(typeof clock.trusted(), 'boolean');
});

test('a timer runs once, after its delay; a canceled or far one does not run', async () => {
  const clock = new SystemClock();
  const ran: string[] = [];
  const startMs = clock.monotonicMs();
  const cancelFar = clock.schedule(2 ** 40, () => ran.push('far'));
  const cancelSoon = clock.schedule(5, () => ran.push('canceled'));
  cancelSoon();
  await new Promise<void>((resolve) => {
    clock.schedule(20, () => {
      ran.push('due');
      resolve();
    });
  });
  assert.ok(clock.monotonicMs() - startMs >= 20);
  assert.deepEqual(ran, ['due']);
  cancelFar();
});
