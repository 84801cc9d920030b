import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyId } from '../../app/domain/ids.ts';
import { slotIn } from '../../app/domain/slot.ts';
import { imageIdIn, readBox } from '../../app/status/box-reader.ts';
import { legacyOpenTo } from '../../app/status/legacy-open.ts';
import { modemSnapshot, NOW_MS } from '../support/facts.ts';
import { settle } from '../support/fake-clock.ts';
import { BOX, bench, HEALTH, message, SILENT_LOGGER, STATS, workerSnapshot } from './support.ts';

test('the machine is read without errors whatever it lacks', () => {
  const box = readBox('/nonexistent/folder');
  assert.equal(box.diskFreeBytes, null);
  assert.ok((box.memoryAvailableBytes ?? 0) > 0);
  assert.ok((box.fdLimit ?? 0) > 0);
  assert.ok((readBox('/').diskFreeBytes ?? 0) > 0);
});

test('counters are read at most every two seconds, however many ask', async () => {
  const { status, outbox, clock } = bench();
  await Promise.all(Array.from({ length: 20 }, () => status.json({ authenticated: false })));
  assert.equal(outbox.reads, 1);
  await clock.advance(1_999);
  await status.page({});
  assert.equal(outbox.reads, 1);
  await clock.advance(1);
  await status.text();
  assert.equal(outbox.reads, 2);
});

test('nobody asks: no counter is read while the queue is empty', async () => {
  const { status, outbox, clock } = bench();
  status.start();
  await clock.advance(3_600_000);
  assert.equal(outbox.reads, 1, 'once at the start');
  outbox.currentHealth = { ...HEALTH, depth: 4 };
  await clock.advance(60_000);
  assert.ok(outbox.reads >= 5, 'a queue that moves is watched');
  status.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test('a damaged or hanging database leaves a page within 200 ms', async () => {
  const { status, outbox, clock } = bench();
  outbox.broken = true;
  outbox.currentHealth = { ...HEALTH, state: 'damaged' };
  const broken = await status.json({ authenticated: false });
  assert.equal(broken.verdict.code, 'database-damaged');
  assert.equal(broken.queue.uncertain, null);
  assert.deepEqual(broken.messages, []);
  outbox.hanging = true;
  await clock.advance(5_000);
  let done = false;
  const page = status.page({}).finally(() => {
    done = true;
  });
  await clock.advance(199);
  assert.equal(done, false);
  await clock.advance(1);
  assert.equal(done, true);
  assert.equal((await page).statusCode, 200);
  assert.equal(clock.pendingTimers(), 0);
});

test('ready answers at once, with the word of the refusal', () => {
  const { status, outbox, worker } = bench();
  assert.deepEqual(status.ready(), { accepting: true, code: 'ok', retryAfterSeconds: null });
  worker.snapshot = null;
  assert.equal(status.ready().accepting, true, 'a modem plays no part');
  for (const [state, code] of [
    ['full', 'storage-full'],
    ['read-only', 'storage-readonly'],
    ['failing', 'storage-failing'],
    ['newer', 'database-newer'],
    ['damaged', 'database-damaged'],
    ['missing', 'database-missing'],
  ] as const) {
    outbox.currentHealth = { ...HEALTH, state };
    assert.equal(status.ready().code, code);
    assert.equal(status.ready().accepting, false);
  }
  outbox.currentHealth = { ...HEALTH, depth: 100_000 };
  assert.equal(status.ready().code, 'queue-full');
  const low = bench({ readBox: () => ({ ...BOX, diskFreeBytes: 67_108_864 }) });
  assert.equal(low.status.ready().code, 'storage-full');
});

test('the terminal gets the verdict first, with performance data, in at most 25 lines', async () => {
  const { status, outbox, worker } = bench();
  worker.snapshot = workerSnapshot([modemSnapshot({ sim: { state: 'missing' } })]);
  outbox.messages = Array.from({ length: 10 }, (_, index) => message(index));
  const text = await status.text();
  const [first = ''] = text.split('\n');
  assert.match(
    first,
    /^DOWN - No SIM card in the modem\. \| queue=0;80000;100000;0 uncertain=0;1 /,
  );
  assert.ok(text.trimEnd().split('\n').length <= 25);
  assert.equal(await status.exitCode(), 2);
  assert.match(await status.text({ lang: 'id' }), /^DOWN - Kartu SIM belum terpasang\./);
  const well = bench();
  assert.match(await well.status.text(), /^OK - /);
  assert.equal(await well.status.exitCode(), 0);
  const unsure = bench();
  unsure.outbox.stats = { ...STATS, uncertain: 1 };
  assert.match(await unsure.status.text(), /^DEGRADED - /);
  assert.equal(await unsure.status.exitCode(), 1);
});

test('rates, estimate and history come from totals seen over time', async () => {
  const { status, outbox, clock } = bench();
  status.start();
  await status.json({ authenticated: false });
  for (let minute = 1; minute <= 3; minute++) {
    outbox.currentHealth = { ...HEALTH, depth: minute * 10 };
    outbox.stats = {
      ...STATS,
      queued: minute * 10,
      parts: minute * 10,
      oldestReadyAtMs: NOW_MS,
      totals: { ...STATS.totals, accepted: 100 + minute * 30, sent: 100 + minute * 20 },
    };
    await clock.advance(60_000);
  }
  const { queue } = await status.json({ authenticated: false });
  assert.equal(queue.queueDepth, 30);
  assert.equal(queue.drainEtaSeconds, Math.ceil((30 / 17.5) * 60));
  assert.ok((queue.arrivalsPerMinute ?? 0) > (queue.departuresPerMinute ?? 0));
  assert.ok((queue.departuresPerMinute ?? 0) > 15);
  assert.equal(queue.oldestQueuedAgeSeconds, 180);
  assert.equal(queue.depthLast60Minutes.length, 4);
  assert.equal(queue.depthLast60Minutes.at(-1), 30);
  status.stop();
});

test('a queue that stands still is told within 200 s, though the modem was busy before', async () => {
  const { status, outbox, worker, clock } = bench();
  worker.snapshot = workerSnapshot([
    modemSnapshot({ sending: { measuredPerMinute: 20, noAnswerInRow: 1 } }),
  ]);
  outbox.currentHealth = { ...HEALTH, depth: 9 };
  const moving = (partsSent: number): void => {
    outbox.stats = {
      ...STATS,
      queued: 9,
      parts: 90,
      oldestReadyAtMs: NOW_MS,
      totals: { ...STATS.totals, partsSent },
    };
  };
  const stalled = (): boolean =>
    status.verdict().conditions.some(({ code }) => code === 'queue-stalled');
  status.start();
  for (let minute = 0; minute < 10; minute++) {
    moving(110 + minute);
    await clock.advance(60_000);
    assert.equal(stalled(), false, 'the parts of a long message leave');
  }
  await clock.advance(55_000);
  assert.equal(stalled(), false);
  await clock.advance(145_000);
  assert.equal(stalled(), true);
  moving(200);
  await clock.advance(60_000);
  assert.equal(stalled(), false);
  status.stop();
});

test('ages go on between two snapshots, so that a long search is told as one', async () => {
  const { status, worker, clock } = bench();
  worker.snapshot = workerSnapshot([
    modemSnapshot({ radio: { registration: 'searching', registrationSinceSeconds: 0 } }),
  ]);
  status.start();
  await clock.advance(200_000);
  const { verdict, modems } = await status.json({ authenticated: false });
  assert.deepEqual([verdict.code, verdict.severity], ['network-searching', 'down']);
  assert.match(verdict.title.en, /\(for 4.min\)/);
  assert.equal(modems[0]?.lastAnswerAgeSeconds, 202);
  status.stop();
});

test('uncertain messages come first in the list', async () => {
  const { status, outbox } = bench();
  outbox.messages = [message(1), message(2), message(3, { status: 'uncertain' })];
  outbox.stats = { ...STATS, uncertain: 1 };
  const { messages } = await status.json({ authenticated: false });
  assert.deepEqual(
    messages.map((line) => line.status),
    ['uncertain', 'sent', 'sent'],
  );
});

test('changes of conditions are told once', async () => {
  const told: string[] = [];
  const { status, clock, worker } = bench({
    onCondition: (change, { code }) => told.push(`${change} ${code}`),
    logger: SILENT_LOGGER,
  });
  status.start();
  await clock.advance(60_000);
  worker.ageMs = 11_000;
  await clock.advance(20_000);
  worker.ageMs = 100;
  await clock.advance(20_000);
  assert.deepEqual(told, ['enter worker-stopped', 'leave worker-stopped']);
  status.stop();
});

test('no key that may send is said, and so is an open legacy call', async () => {
  const { status, outbox } = bench();
  outbox.currentKeys = [];
  assert.equal((await status.json({ authenticated: false })).verdict.code, 'api-keys-missing');
  const open = { enabled: true, requireKey: false };
  assert.equal(legacyOpenTo({ ...open, allowFrom: ['127.0.0.0/8', '::1/128'] }), null);
  assert.equal(legacyOpenTo({ ...open, allowFrom: ['127.0.0.0/8', '192.168.1.7/32'] }), null);
  assert.equal(legacyOpenTo({ ...open, allowFrom: ['192.168.1.0/24'] }), '192.168.1.0/24');
  assert.equal(legacyOpenTo({ ...open, allowFrom: ['127.0.0.0/1'] }), '127.0.0.0/1');
  assert.equal(legacyOpenTo({ ...open, requireKey: true, allowFrom: ['0.0.0.0/0'] }), null);
  assert.equal(
    legacyOpenTo({ ...open, allowFrom: ['10.0.0.1', '10.0.0.2'] }),
    '10.0.0.1, 10.0.0.2',
  );
  const key = { id: 'key_x' as KeyId, name: 'a', hash: '', allow: [], createdAtMs: 0 };
  outbox.currentKeys = [{ ...key, scopes: ['inbox:read'], revokedAtMs: null }];
  await settle();
});

test('a modem on another port and a different card are noticed', async () => {
  const { status, worker } = bench();
  await status.json({ authenticated: false });
  worker.snapshot = workerSnapshot([
    modemSnapshot({ port: 'serial:/dev/ttyUSB4', sim: { iccid: '8962101234567890001' } }),
  ]);
  const { conditions } = await status.json({ authenticated: false });
  assert.deepEqual(conditions.map((entry) => entry.code).sort(), [
    'modem-renumbered',
    'sim-replaced',
  ]);
});

test('a worker that has just started needs no new proof that SMS leave', async () => {
  const { status, worker } = bench();
  worker.snapshot = workerSnapshot([modemSnapshot({ sending: { lastSentAt: null } })]);
  assert.equal((await status.json({ authenticated: false })).verdict.code, 'ok');
  const fresh = bench();
  fresh.outbox.messages = [message(1, { sentAtMs: NOW_MS - 25 * 3_600_000 })];
  fresh.worker.snapshot = worker.snapshot;
  const { verdict, can } = await fresh.status.json({ authenticated: false });
  assert.equal(verdict.code, 'ok-unproven');
  assert.equal(can.send, 'unknown');
});

test('the slot is what the boot loader said, and a development-signed system says so', () => {
  assert.equal(slotIn('root=PARTUUID=70697361-03 ro rauc.slot=B pisang.trial=0 quiet'), 'B');
  assert.equal(slotIn('root=/dev/sda1 xrauc.slot=B'), null);
  const commit = '0123456789abcdef';
  const signed = JSON.stringify({ commit, updates: 'development-signed' });
  assert.equal(imageIdIn(signed), '0123456789ab development-signed');
  assert.equal(imageIdIn(JSON.stringify({ commit, updates: 'release' })), '0123456789ab');
  assert.equal(imageIdIn(''), null);
});

test('a modem that was ready once is remembered: its later trouble is not a start', async () => {
  const { status, worker, clock } = bench();
  worker.snapshot = workerSnapshot([modemSnapshot()]);
  assert.notEqual((await status.json({ authenticated: true })).verdict.code, 'starting');
  worker.snapshot = workerSnapshot([modemSnapshot({ radio: { registration: 'searching' } })]);
  await clock.advance(5_000);
  assert.notEqual((await status.json({ authenticated: true })).verdict.code, 'starting');
});
