import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { KeyId } from '../../app/domain/ids.ts';
import type { ApiOutbox, KeyRecord } from '../../app/outbox/index.ts';
import { type House, openBeside, openHouse } from './fixtures.ts';

let house: House;
let second: ApiOutbox;
beforeEach(async () => {
  house = await openHouse({ maxDepth: 50 });
  second = await openBeside(house);
});
afterEach(async () => {
  await second.close();
  await house.close();
});

const KEY: KeyRecord = {
  id: 'key_a' as KeyId,
  name: 'shop',
  hash: 'h1',
  scopes: ['messages:send'],
  allow: ['10.0.0.0/8'],
  createdAtMs: 1,
  revokedAtMs: null,
};
const AGAIN: KeyRecord = {
  ...KEY,
  id: 'key_b' as KeyId,
  name: 'till',
  scopes: ['admin'],
  allow: [],
  createdAtMs: 9,
};

test('keys: kept, listed while in force, with a version that other processes see', async () => {
  const before = await second.keysVersion();
  await house.api.addKey(KEY);
  assert.deepEqual(await second.keys(), { version: before + 1, keys: [KEY] });
  await assert.rejects(house.api.addKey(KEY));
  assert.equal(await second.keysVersion(), before + 1);
  assert.equal(await house.api.revokeKey(KEY.id, 5), true);
  assert.equal(await house.api.revokeKey(KEY.id, 6), false);
  assert.deepEqual(await second.keys(), { version: before + 2, keys: [] });
});

test('a key that is put again under a new record has its name and scopes, and its old addresses', async () => {
  const before = await second.keysVersion();
  await house.api.putKey(KEY);
  await house.api.putKey(AGAIN);
  const now = { ...AGAIN, allow: KEY.allow, createdAtMs: KEY.createdAtMs };
  assert.deepEqual(await second.keys(), { version: before + 2, keys: [now] });
  const elsewhere = { ...KEY, id: 'key_c' as KeyId, allow: ['::1'] };
  await house.api.putKey(elsewhere);
  assert.deepEqual((await second.keys()).keys, [elsewhere]);
});

test('a revoked key that is put again is in force again, but not by the record that was revoked', async () => {
  await house.api.putKey(KEY);
  await house.api.revokeKey(KEY.id, 5);
  const revoked = await second.keysVersion();
  await house.api.putKey(KEY);
  assert.deepEqual(await second.keys(), { version: revoked, keys: [] });
  await house.api.putKey(AGAIN);
  assert.deepEqual(
    (await second.keys()).keys.map(({ id }) => id),
    [AGAIN.id],
  );
  await house.api.revokeKey(AGAIN.id, 10);
  await house.api.putKey(AGAIN);
  assert.deepEqual((await second.keys()).keys, []);
});
