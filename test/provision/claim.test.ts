import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AttemptLimit } from '../../app/provision/attempt-limit.ts';
import { makeClaimCode, matches, readClaimCode } from '../../app/provision/claim-code.ts';
import { ClaimDesk } from '../../app/provision/claim-desk.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryDisk } from '../support/memory-disk.ts';

const MINUTE_MS = 60_000;

test('a code is ten symbols that nobody misreads, and is found as people type it', () => {
  const { shown, mark } = makeClaimCode(randomBytes);
  assert.match(shown, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  const code = readClaimCode(` ${shown.toLowerCase().replace('-', ' ')} `);
  assert.ok(code !== null && matches(mark, code));
  assert.equal(readClaimCode('OoIiL-00000'), '0011100000');
  assert.equal(readClaimCode('UUUUU-UUUUU'), null);
  assert.equal(readClaimCode('12345'), null);
  assert.doesNotMatch(JSON.stringify(mark), new RegExp(code ?? '-'));
});

function desk(): { readonly desk: ClaimDesk; readonly shown: string; readonly clock: FakeClock } {
  const disk = new MemoryDisk();
  const clock = new FakeClock();
  const { shown, mark } = makeClaimCode(randomBytes);
  disk.put('/run/claim.json', JSON.stringify(mark));
  return { desk: new ClaimDesk('/run', disk, clock), shown, clock };
}

test('it opens once', () => {
  const { desk: door, shown } = desk();
  assert.deepEqual(door.claim('0000000000', '192.168.1.2'), { kind: 'wrong' });
  assert.deepEqual(door.claim(shown, '192.168.1.2'), { kind: 'accepted' });
  assert.deepEqual(door.claim(shown, '192.168.1.2'), { kind: 'none' });
});

test('after five wrong tries an address waits, ever longer, but never for good', async () => {
  const { desk: door, shown, clock } = desk();
  const waits: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal(door.claim('0000000000', 'a').kind, 'wrong');
    }
    const claim = door.claim(shown, 'a');
    assert.ok(claim.kind === 'wait');
    waits.push(claim.waitMs / MINUTE_MS);
    await clock.advance(claim.waitMs);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 15, 15]);
  assert.equal(door.claim(shown, 'a').kind, 'accepted');
});

test('thirty wrong tries in a minute, from wherever, close the door for all', async () => {
  const clock = new FakeClock();
  const limit = new AttemptLimit(clock);
  for (let tries = 0; tries < 30; tries += 1) {
    assert.equal(limit.waitMs('another'), 0);
    limit.wrong(`address ${tries}`);
  }
  assert.equal(limit.waitMs('another'), MINUTE_MS);
  await clock.advance(MINUTE_MS);
  assert.equal(limit.waitMs('another'), 0);
});

test('slow tries are no attack', async () => {
  const clock = new FakeClock();
  const limit = new AttemptLimit(clock);
  for (let tries = 0; tries < 20; tries += 1) {
    limit.wrong('a');
    await clock.advance(MINUTE_MS / 4);
  }
  assert.equal(limit.waitMs('a'), 0);
});
