import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCard } from '../../app/status/card-reader.ts';
import { lastRestartReader, readLastRestart } from '../../app/status/last-restart.ts';
import { BOX, bench } from './support.ts';

/** /sys with the fourth partition of a card, as the kernel lays it out. */
function sysWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const sys = mkdtempSync(join(tmpdir(), 'pisang-sys-'));
  t.after(() => rmSync(sys, { recursive: true }));
  const put = (path: string, text: string): void => {
    mkdirSync(join(sys, dirname(path)), { recursive: true });
    writeFileSync(join(sys, path), `${text}\n`);
  };
  put('devices/mmc/block/mmcblk0/mmcblk0p4/partition', '4');
  put('devices/mmc/block/mmcblk0/size', '31116288');
  mkdirSync(join(sys, 'dev/block'), { recursive: true });
  symlinkSync('../../devices/mmc/block/mmcblk0/mmcblk0p4', join(sys, 'dev/block/179:4'));
  for (const [path, text] of Object.entries(files)) {
    put(path, text);
  }
  return sys;
}

const DEVICE = 'devices/mmc/block/mmcblk0/device';

test('an SD card: name, month, size; its wear is estimated from what ext4 wrote', (t) => {
  const sys = sysWith(t, {
    [`${DEVICE}/name`]: 'SD16G',
    [`${DEVICE}/date`]: '03/2024',
    [`${DEVICE}/cid`]: '0353445344',
    'fs/ext4/mmcblk0p4/lifetime_write_kbytes': '89128960',
    'fs/ext4/mmcblk0p4/errors_count': '2',
  });
  const { wearRatio, ...card } = readCard('/', sys, '179:4');
  assert.deepEqual(card, {
    name: 'SD16G 2024-03, 15.9 GB',
    writtenBytes: 91_268_055_040,
    errors: 2,
  });
  assert.ok(Math.abs((wearRatio ?? 0) - 0.0191) < 0.0001, String(wearRatio));
});

for (const [lifeTime, wearRatio] of [
  ['0x01 0x03', 0.3],
  ['0x0b 0x01', 1.1],
  ['0x00 0x00', null],
  ['', null],
] as const) {
  test(`an eMMC tells its own wear: ${lifeTime}`, (t) => {
    const sys = sysWith(t, { [`${DEVICE}/life_time`]: lifeTime, [`${DEVICE}/name`]: '8GTF4R' });
    assert.equal(readCard('/', sys, '179:4').wearRatio, wearRatio);
  });
}

test('what a machine does not tell is null; the real one can be asked', (t) => {
  const nothing = { name: null, writtenBytes: null, wearRatio: null, errors: null };
  assert.deepEqual(readCard('/', sysWith(t, {}), '9:9'), nothing);
  assert.deepEqual(readCard('/nowhere'), nothing);
  assert.doesNotThrow(() => readCard('/'));
});

test('the reason of the last start is read as it was noted, or is unknown', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-restart-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'last-restart.json');
  assert.equal(readLastRestart(file), null);
  for (const bad of [
    '',
    '{',
    '{}',
    '{"reason":"magic","at":"2026-11-21T07:03:12Z","unclean7d":1}',
  ]) {
    writeFileSync(file, bad);
    assert.equal(readLastRestart(file), null);
  }
  writeFileSync(file, '{"reason":"power-cut","at":"2026-11-21T07:03:12Z","unclean7d":2}');
  assert.deepEqual(readLastRestart(file), {
    reason: 'power-cut',
    at: '2026-11-21T07:03:12Z',
    unclean7d: 2,
  });
});

test('a note that is written while the API starts is found, and then kept', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-restart-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'last-restart.json');
  const lastRestart = lastRestartReader(file);
  assert.equal(lastRestart(), null);
  writeFileSync(file, '{"reason":"person","at":"2026-11-21T07:03:12Z","unclean7d":0}');
  assert.equal(lastRestart()?.reason, 'person');
  rmSync(file);
  assert.equal(lastRestart()?.reason, 'person');
});

test('page and document say card, wear and why the box started', async () => {
  const at = '2026-11-21T07:00:00Z';
  const past = {
    settingsDamaged: false,
    rebuilt: null,
    lastRestart: { reason: 'power-cut', at, unclean7d: 2 },
  } as const;
  const { status } = bench({ past });
  const { box } = await status.json({ authenticated: false });
  assert.deepEqual(box.lastRestart, past.lastRestart);
  assert.deepEqual(
    [box.storage.card, box.storage.wearEstimateRatio, box.storage.errors],
    [BOX.card.name, 0.02, 0],
  );
  const page = (await status.page({ lang: 'en' })).html;
  assert.match(page, /SD16G 2024-03/);
  assert.match(page, /a power cut \(2 unclean stops in 7 days\)/);
});

test('the last self-test of each modem is told, and a failed one is a condition until it passes', async () => {
  const { status } = bench();
  assert.equal((await status.json({ authenticated: false })).selfTest, null);
  status.noteSelfTest('modem1', false, 'The modem does not answer.');
  status.noteSelfTest('modem2', true, 'Connected.');
  const failed = await status.json({ authenticated: false });
  assert.deepEqual(
    [failed.selfTest?.passed, failed.selfTest?.failed],
    [1, ['modem1: The modem does not answer.']],
  );
  assert.ok(failed.conditions.some(({ code }) => code === 'selftest-failed'));
  status.noteSelfTest('modem1', true, 'Connected.');
  const passed = await status.json({ authenticated: false });
  assert.deepEqual([passed.selfTest?.passed, passed.selfTest?.failed], [2, []]);
});
