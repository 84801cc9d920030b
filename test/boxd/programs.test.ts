import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REAL_MACHINE } from '../../app/boxd/programs.ts';

test('a program that does not end is ended, and that is said', async () => {
  // It reads dates from a pipe on which none comes.
  const ended = await REAL_MACHINE.run('date', ['--file=-'], 300);
  assert.deepEqual(ended, { code: null, out: '', err: 'It did not end within 0.3 s.' });
});

test('a program that fails says why in its own words', async () => {
  const { code, err } = await REAL_MACHINE.run('date', ['--no-such-option'], 20_000);
  assert.equal(code, 1);
  assert.match(err, /unrecognized option/);
});
