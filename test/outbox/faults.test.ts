import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import Database from 'better-sqlite3';
import { openWriter } from '../../app/outbox/connection.ts';
import { migrate, openApiOutbox } from '../../app/outbox/index.ts';
import { storageError } from '../../app/outbox/storage-error.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type House, MODEM, newMessage, one, openHouse, QUIET, tempFolder } from './fixtures.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

test('under the disk reserve nothing is accepted, and everything else goes on', async () => {
  const { seq } = await house.queue();
  const tight = await openApiOutbox({
    file: house.file,
    clock: house.clock,
    logger: QUIET,
    maxDepth: 10,
    diskReserveBytes: Number.MAX_SAFE_INTEGER,
    onFailure: () => undefined,
  });
  const canceled = tight.cancel((await house.queue()).id, 'ana');
  await assert.rejects(tight.enqueue(one()), { code: 'storage-full', retry: 'later' });
  assert.deepEqual(await canceled, { kind: 'canceled' });
  assert.equal(tight.health().state, 'full');
  assert.ok((tight.health().freeBytes ?? 0) > 0);
  await tight.close();
  assert.equal(await house.handOver(seq), 'committed');
});

test('another version has migrated: the write is refused and the process is told to end', async () => {
  const other = new Database(house.file);
  other.pragma('user_version = 2');
  other.close();
  await assert.rejects(house.api.enqueue(one()), { code: 'schema-changed', retry: 'safe' });
  await assert.rejects(house.api.enqueue(one()), { code: 'schema-changed' });
  await assert.rejects(house.handOver(1), { code: 'schema-changed' });
  assert.deepEqual(house.failures, ['schema-changed', 'schema-changed'], 'once for each process');
  assert.equal(house.api.health().state, 'newer');
  assert.equal((await house.api.queueStats()).queued, 0, 'reading goes on');
});

test('a database that was found damaged accepts nothing', async () => {
  house.api.markDamaged();
  await assert.rejects(house.api.enqueue(one()), { code: 'storage-damaged' });
  assert.equal(house.api.health().state, 'damaged');
});

test('what SQLite says is named: full, read-only, damaged, and unknown only after COMMIT', () => {
  const temp = tempFolder();
  migrate(temp.file);
  const db = openWriter(temp.file);
  const errorOf = (action: () => unknown): unknown => {
    try {
      action();
    } catch (error) {
      return error;
    }
    return assert.fail('it did not fail');
  };
  db.pragma('max_page_count = 1');
  const full = errorOf(() =>
    db.prepare("INSERT INTO meta VALUES ('k', ?)").run('x'.repeat(100_000)),
  );
  db.pragma('query_only = ON');
  const readOnly = errorOf(() => db.exec('DELETE FROM meta'));
  db.pragma('query_only = OFF');
  const held = new Database(temp.file, { timeout: 0 });
  held.exec('BEGIN IMMEDIATE');
  const busy = errorOf(() => db.exec('BEGIN IMMEDIATE'));
  held.close();
  db.close();
  const codes = [full, readOnly, busy].flatMap((error) => [
    storageError(error, temp.file, false).code,
    storageError(error, temp.file, true).code,
  ]);
  assert.deepEqual(codes, [
    'storage-full',
    'storage-full',
    'storage-read-only',
    'commit-unknown',
    'queue-busy',
    'commit-unknown',
  ]);
  temp.remove();
});

test('each connection that writes syncs each commit; only the test hooks may weaken that', () => {
  const temp = tempFolder();
  migrate(temp.file);
  const level = (hooks: string | undefined, wanted: string | undefined): unknown => {
    const before = { ...process.env };
    Object.assign(process.env, {
      PISANG_TEST_HOOKS: hooks ?? '',
      PISANG_TEST_SYNCHRONOUS: wanted ?? '',
    });
    const db = openWriter(temp.file);
    process.env = before;
    const value = db.pragma('synchronous', { simple: true });
    assert.equal(db.pragma('foreign_keys', { simple: true }), 1);
    assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
    db.close();
    return value;
  };
  assert.deepEqual(
    [
      level(undefined, undefined),
      level(undefined, 'OFF'),
      level('1', 'OFF'),
      level('1', 'nonsense'),
    ],
    [2, 2, 0, 2],
  );
  temp.remove();
});

test('a folder that is not there is an error at the start, not later', async () => {
  const options = {
    file: '/nonexistent/folder/outbox.db',
    clock: new FakeClock(),
    logger: QUIET,
    maxDepth: 1,
    diskReserveBytes: 0,
    onFailure: () => assert.fail('it never opened'),
  };
  await assert.rejects(openApiOutbox(options), { name: 'GatewayError' });
});

test('looking, waking with nothing due and waiting write nothing', async () => {
  await house.queue();
  await house.worker.wakeDue(house.clock.nowMs(), true);
  const wal = () => statSync(`${house.file}-wal`).mtimeMs;
  const before = [wal(), statSync(house.file).mtimeMs];
  for (let index = 0; index < 20; index += 1) {
    await house.worker.wakeDue(house.clock.nowMs(), true);
    await house.worker.requeueInterrupted(house.at());
    await house.worker.nextReady({ modem: MODEM, routes: [], limit: 9, excludeSeqs: [] });
    await house.api.queueStats();
    await house.api.keysVersion();
    await house.api.listMessages({ limit: 10 });
  }
  assert.deepEqual([wal(), statSync(house.file).mtimeMs], before);
});

test('more than the gather queue holds is refused at once, not kept without bound', async () => {
  const message = newMessage();
  const results = await Promise.allSettled(
    Array.from({ length: 20_001 }, () => house.api.cancel(message.id, 'ana')),
  );
  const batch = () => ({
    messages: Array.from({ length: 1_000 }, () => newMessage()),
    idempotency: null,
  });
  const batches = await Promise.allSettled(
    Array.from({ length: 25 }, () => house.api.enqueue(batch())),
  );
  assert.equal(batches.filter((result) => result.status === 'fulfilled').length, 20);
  assert.equal(house.api.health().depth, 20_000);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 1);
  assert.equal(refused[0]?.reason.code, 'queue-busy');
});
