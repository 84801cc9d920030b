import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyId } from '../../app/domain/ids.ts';
import { imageIdIn, readBox, slotIn } from '../../app/status/box-reader.ts';
import { legacyOpenTo } from '../../app/status/legacy-open.ts';
import { lastFour, maskNumber } from '../../app/status/mask.ts';
import { modemSnapshot, NOW_MS } from '../support/facts.ts';
import { settle } from '../support/fake-clock.ts';
import { BOX, bench, HEALTH, message, SILENT_LOGGER, STATS, workerSnapshot } from './support.ts';

/** The shape of `GET /v1/status`, by its sorted paths; arrays are looked into at [0]. */
function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [path] : paths(value[0], `${path}[]`);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${path}.${key}`));
  }
  return [path];
}

const EXPECTED = `
schema at bootId uptimeSeconds snapshotAgeMs demo redacted[] health
verdict.{code severity priority modem since sinceSeconds params.count params.cmsCode title.en title.id action.en action.id action.href action.method led}
conditions[].{code severity priority modem since params.count params.cmsCode title.en title.id action.en action.id mutedUntil hiddenBy}
can.{accept send receive lastSentAt lastReceivedAt lastTestSmsAt}
site.{name serial hostname addresses[] timeZone}
modems[].{id port family firmware imei simulated state lastAnswerAgeSeconds}
modems[].recovery.{rung rungs count24h count7d lastReason}
modems[].sim.{state pinTriesLeft pukTriesLeft iccid smsc storageUsed storageTotal balanceRupiah balanceCheckedAt validUntil}
modems[].radio.{registration creg operator plmn access lac cell csq signalDbm signalBars signalMin1hDbm signalMax1hDbm rsrpDbm ber ageSeconds}
modems[].sending.{ratePerMinute measuredPerMinute sentToday dailyCap capResetsAt sendP50Ms sendP95Ms success24hRatio rejectedInRow lastErrorCode}
queue.{queueDepth queueParts queueLimit scheduled sending backingOff uncertain oldestQueuedAgeSeconds oldestHighAgeSeconds arrivalsPerMinute departuresPerMinute drainEtaSeconds depthLast60Minutes[]}
messages[].{id to status parts acceptedAt sentAfterMs modem errorCode simulated}
lastError.{code class at countToday title.en title.id remedy.en remedy.id}
box.{board version slot imageId schemaVersion temperatureC throttled inputVolts inputAmps memoryAvailableBytes diskFreeBytes diskReserveBytes diskDaysLeft lastRestart}
box.storage.{readOnly errors writtenBytes wearEstimateRatio fsyncP99Ms card}
box.clock.{trusted source offsetSeconds}
box.network.{ip mac linkMbps conflictMac}
capacity.{connectionsOpen connectionsLimit requestsPerSecond requestsPerSecondPeak1h status5xxPerMinute fdUsed fdLimit backlogNow backlogLimit listenOverflows loopDelayP99Ms commitP50Ms commitP99Ms proven}
integrations.{liveKeys webhooks legacyOpenTo}
update.{availableVersion trialUntil lastResult}
selfTest
`;

function expectedPaths(): string[] {
  return EXPECTED.replace(/(\S+)\.\{([^}]*)\}/g, (_all, prefix: string, names: string) =>
    names
      .split(' ')
      .map((name) => `${prefix}.${name}`)
      .join(' '),
  )
    .trim()
    .split(/\s+/)
    .map((path) => `.${path}`)
    .sort();
}

test('GET /v1/status has exactly the documented shape', async () => {
  const { status, worker } = bench();
  worker.snapshot = workerSnapshot([
    modemSnapshot({
      sending: { rejectedInRow: 8, rejectedRecipients: 3, lastErrorCode: 'cms-38' },
    }),
  ]);
  const document = await status.json({ authenticated: false });
  assert.deepEqual(paths(document).sort(), expectedPaths());
  assert.equal(document.verdict.code, 'credit-suspected');
  assert.equal(document.health, 'down');
  assert.deepEqual(document.verdict.params, { count: 8, cmsCode: 38 });
  assert.equal(document.lastError?.class, 'retry');
  assert.equal(document.lastError.countToday, 8);
  assert.equal(document.at, '2026-11-21T07:03:12.000Z');
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
});

test('the age of the snapshot is told in whole milliseconds', async () => {
  const { status, clock } = bench();
  await status.json({ authenticated: false });
  await clock.advance(0.4);
  const document = await status.json({ authenticated: false });
  assert.equal(document.snapshotAgeMs, 0);
});

test('without a login numbers and identities are masked, and the pointers say where', async () => {
  const { status } = bench();
  const open = await status.json({ authenticated: false });
  assert.deepEqual(open.redacted, [
    '/messages/0/to',
    '/messages/1/to',
    '/modems/0/imei',
    '/modems/0/sim/iccid',
  ]);
  assert.equal(open.messages[0]?.to, '+62 896•••901');
  assert.equal(open.modems[0]?.imei, '…4417');
  assert.doesNotMatch(JSON.stringify(open), /89610707901|861234567894417|secret text/);
  const full = await status.json({ authenticated: true });
  assert.deepEqual(full.redacted, []);
  assert.equal(full.messages[0]?.to, '+6289610707901');
  assert.equal(full.modems[0]?.sim.iccid, '8962101234567894417');
});

test('masks keep the country and three digits at both ends', () => {
  assert.equal(maskNumber('+6289610707901'), '+62 896•••901');
  assert.equal(maskNumber('+12025550123'), '+1 202•••123');
  assert.equal(maskNumber('+35312345678'), '+353 123•••678');
  assert.equal(maskNumber('88888'), '•••88');
  assert.equal(maskNumber('123'), '•••');
  assert.equal(maskNumber('TELKOMSEL'), '•••');
  assert.equal(lastFour(null), null);
});

test('absent sensors are null', async () => {
  const { status } = bench({
    readBox: () => ({
      ...readBox('/nonexistent'),
      board: null,
      temperatureC: null,
      inputVolts: null,
    }),
  });
  const { box, capacity } = await status.json({ authenticated: false });
  assert.equal(box.temperatureC, null);
  assert.equal(box.inputVolts, null);
  assert.equal(capacity.connectionsOpen, null);
  assert.equal(box.diskFreeBytes, HEALTH.freeBytes);
});

test('what the HTTP server counts is shown as connections and rates', async () => {
  const counts = { connectionsOpen: 3, connectionsLimit: 20_000, requests: 0, answers5xx: 0 };
  let serving = false;
  const { status, clock } = bench({ traffic: () => (serving ? { ...counts } : null) });
  const capacity = async () => {
    const shown = (await status.json({ authenticated: false })).capacity;
    return [
      shown.connectionsOpen,
      shown.connectionsLimit,
      shown.requestsPerSecond,
      shown.requestsPerSecondPeak1h,
      shown.status5xxPerMinute,
    ];
  };
  status.start();
  assert.deepEqual(await capacity(), [null, null, null, null, null]);
  serving = true;
  await clock.advance(5_000);
  assert.deepEqual(await capacity(), [3, 20_000, null, null, null]);
  counts.requests = 500;
  counts.answers5xx = 4;
  await clock.advance(5_000);
  assert.deepEqual(await capacity(), [3, 20_000, 100, 100, 4]);
  await clock.advance(5_000);
  assert.deepEqual(await capacity(), [3, 20_000, 0, 100, 4]);
  await clock.advance(120_000);
  assert.deepEqual(await capacity(), [3, 20_000, 0, 100, 0]);
  await clock.advance(3_600_000);
  assert.deepEqual(await capacity(), [3, 20_000, 0, 0, 0]);
  status.stop();
});

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
