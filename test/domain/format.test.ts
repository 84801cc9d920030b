import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatAge,
  formatBytes,
  formatEta,
  formatNumber,
  formatTime,
} from '../../app/domain/conditions/format.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('numbers follow the language and use a true minus', () => {
  assert.equal(formatNumber(1234.5, 'en'), '1,234.5');
  assert.equal(formatNumber(1234.5, 'id'), '1.234,5');
  assert.equal(formatNumber(-79, 'en'), '−79');
  assert.equal(formatNumber(1_234_567, 'id'), '1.234.567');
  assert.equal(formatNumber(-0.01, 'en'), '0.0');
});

test('ages are whole units, waits rounded up', () => {
  assert.equal(plain(formatAge(3.2, 'en')), '4 s');
  assert.equal(plain(formatAge(0, 'en')), '1 s', 'nothing lasts for 0 s');
  assert.equal(plain(formatAge(241, 'id')), '5 mnt');
  assert.equal(plain(formatAge(241, 'en', 'down')), '4 min');
  assert.equal(plain(formatAge(7 * 3600, 'id')), '7 jam');
  assert.equal(plain(formatAge(3 * 86_400, 'en', 'down')), '3 days');
});

test('an estimate has no seconds above two minutes', () => {
  assert.equal(plain(formatEta(0, 'en')), '1 s');
  assert.equal(plain(formatEta(119, 'id')), '119 detik');
  assert.equal(plain(formatEta(121, 'en')), '3 min');
  assert.equal(plain(formatEta(9000, 'id')), '3 jam');
});

test('bytes are MiB or GiB', () => {
  assert.equal(plain(formatBytes(402_653_184, 'en')), '384 MiB');
  assert.equal(plain(formatBytes(5_476_083_302, 'id')), '5,1 GiB');
});

test('times stand in the zone of the site', () => {
  const nowMs = Date.UTC(2026, 10, 21, 7, 3, 12);
  const en = { lang: 'en', timeZone: 'Asia/Jakarta', nowMs, clockTrusted: true } as const;
  const id = { ...en, lang: 'id' } as const;
  assert.equal(plain(formatTime(nowMs, en, true)), '14:03:12 WIB');
  assert.equal(plain(formatTime(nowMs, id)), '14.03 WIB');
  assert.equal(plain(formatTime(nowMs - 86_400_000, en)), '20 Nov 14:03');
  assert.equal(plain(formatTime(nowMs, { ...en, timeZone: 'Asia/Makassar' })), '15:03 WITA');
  assert.equal(formatTime(Number.NaN, en), 'unknown');
});
