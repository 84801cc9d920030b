import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBox } from '../../app/status/box-reader.ts';
import { lastFour, maskNumber } from '../../app/status/mask.ts';
import { modemSnapshot } from '../support/facts.ts';
import { bench, CONFIG, HEALTH, workerSnapshot } from './support.ts';

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

test('where the page is closed, programs without a key read no modems and messages either', async () => {
  for (const shown of ['verdict', 'off'] as const) {
    const { status } = bench({ config: { ...CONFIG, status: { public: shown } } });
    const open = await status.json({ authenticated: false });
    assert.deepEqual([open.messages, open.modems], [[], []]);
    assert.deepEqual(open.redacted, ['/messages', '/modems']);
    assert.equal(open.health, 'healthy');
    const full = await status.json({ authenticated: true });
    assert.equal(full.modems.length, 1);
    assert.deepEqual(full.redacted, []);
  }
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
  const counts = {
    connectionsOpen: 3,
    connectionsLimit: 20_000,
    requests: 0,
    answers5xx: 0,
    loopDelayP99Ms: 6,
  };
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
