import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RadioWatch } from '../../app/modem/radio-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DEBOUNCE_MS = 5_000;

test('a network that is back before its loss was shown is told all the same: the queue was held', () => {
  const clock = new FakeClock();
  let changes = 0;
  const watch = new RadioWatch(clock, DEBOUNCE_MS, () => {
    changes += 1;
  });
  const hear = (stat: number): void => {
    watch.noteRegistration({ domain: 'CREG', stat, lac: null, cell: null, access: null });
  };
  hear(1);
  hear(2);
  assert.equal(watch.registered(), false);
  assert.equal(watch.snapshot().registration, 'home', 'not shown yet');
  const before = changes;
  hear(1);
  assert.equal(watch.registered(), true);
  assert.equal(changes, before + 1);
  hear(1);
  assert.equal(changes, before + 1, 'the same again is no change');
});
