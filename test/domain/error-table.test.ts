import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  backOffMs,
  type ErrorClass,
  errorByCode,
  knownErrorCodes,
  lookUpError,
  settleError,
} from '../../app/domain/error-table.ts';

const CLASSES: readonly ErrorClass[] = ['retry', 'number', 'operator', 'modem', 'unknown-outcome'];

const DOCUMENTED_CMS = [
  1, 8, 10, 17, 21, 22, 27, 28, 29, 30, 38, 41, 42, 47, 50, 69, 81, 95, 96, 97, 98, 99, 111, 127,
  128, 129, 130, 143, 144, 145, 159, 160, 161, 175, 176, 192, 193, 194, 195, 196, 197, 198, 199,
  208, 209, 210, 211, 212, 213, 255, 300, 301, 302, 303, 304, 305, 310, 311, 312, 313, 314, 315,
  316, 317, 318, 320, 321, 322, 330, 331, 332, 340, 500, 512, 513, 514, 515, 516, 517, 519, 520,
  521, 532, 535, 538, 549, 550, 551, 553, 554, 615, 616, 764, 765, 767, 770, 772,
];
const DOCUMENTED_CME = [
  3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 30, 31, 32, 100, 107, 111,
  112, 113, 114, 515,
];

test('every documented code has an entry of its own', () => {
  const known = new Set(knownErrorCodes());
  for (const code of DOCUMENTED_CMS) {
    assert.ok(known.has(`cms-${code}`), `cms-${code}`);
  }
  for (const code of DOCUMENTED_CME) {
    assert.ok(known.has(`cme-${code}`), `cme-${code}`);
  }
});

test('entries are complete, in both languages, without blame or exclamation', () => {
  for (const code of knownErrorCodes()) {
    const entry = errorByCode(code);
    assert.equal(entry.code, code);
    assert.ok(CLASSES.includes(entry.class));
    for (const text of [entry.title.en, entry.title.id, entry.remedy.en, entry.remedy.id]) {
      assert.ok(text.length > 3, code);
      assert.doesNotMatch(text, /!|please|silakan|TODO/i, code);
    }
    assert.ok(entry.title.en.length <= 80 && entry.title.id.length <= 80, `title of ${code}`);
    assert.ok(entry.remedy.en.length <= 115 && entry.remedy.id.length <= 115, `remedy of ${code}`);
    assert.notEqual(entry.title.en, entry.title.id, code);
  }
});

test('the operator spends no attempt, and only permanent failures have no wait', () => {
  for (const code of knownErrorCodes()) {
    const entry = errorByCode(code);
    if (entry.class === 'operator') {
      assert.equal(entry.spendsAttempt, false, code);
      assert.equal(entry.retryAfterMs, 300_000, code);
    }
    if (entry.class === 'number') {
      assert.equal(entry.retryAfterMs, null, code);
    }
    assert.equal(entry.class === 'unknown-outcome', entry.afterHandOver === 'unknown', code);
    if (!entry.spendsAttempt && entry.afterHandOver !== 'sent') {
      assert.ok((entry.retryAfterMs ?? 0) >= 5_000, `${code} would spin`);
    }
  }
});

test('after Ctrl-Z the outcome follows the ranges of the standard', () => {
  const after = (code: number, ms: number): string => settleError('cms', code, ms).outcome;
  const exceptions = new Set([197, 255]);
  for (const [low, high] of [
    [1, 37],
    [50, 111],
    [128, 255],
    [300, 331],
  ] as const) {
    for (let code = low; code <= high; code++) {
      if (!exceptions.has(code)) {
        assert.equal(after(code, 60_000), 'refused', `cms-${code}`);
      }
    }
  }
  for (const code of [38, 41, 42, 47, 127, 615, 616]) {
    assert.equal(after(code, 30_000), 'refused');
    assert.equal(settleError('cms', code, 1_000).entry.class, 'retry');
    assert.equal(after(code, 30_001), 'unknown');
    const late = settleError('cms', code, 40_000).entry;
    assert.equal(late.class, 'unknown-outcome');
    assert.equal(errorByCode(late.code).class, 'unknown-outcome');
  }
  for (const code of [332, 500, 513, 521, 255, 767, 45, 999]) {
    assert.equal(after(code, 10), 'unknown', `cms-${code}`);
  }
  assert.equal(after(197, 10), 'sent');
  assert.equal(lookUpError('cms', 27).class, 'retry');
  assert.equal(lookUpError('cms', 21).class, 'operator');
});

test('before Ctrl-Z nothing is unknown, whatever the code', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('cms', 'cme', 'internal'),
      fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.string(), fc.constantFrom('no-prompt')),
      (kind, code) => {
        const settled = settleError(kind, code, null);
        assert.equal(settled.outcome, 'not-handed-over');
        assert.notEqual(settled.entry.class, 'unknown-outcome');
        assert.deepEqual(errorByCode(settled.entry.code), settled.entry);
      },
    ),
  );
});

test('our own failures after Ctrl-Z leave the outcome unknown under a code that says so', () => {
  for (const code of ['link-lost', 'modem-reset', 'no-prompt', 'bare-error', 'no-answer']) {
    const settled = settleError('internal', code, 5);
    assert.equal(settled.outcome, 'unknown', code);
    assert.equal(settled.entry.class, 'unknown-outcome', code);
  }
  assert.equal(settleError('internal', 'link-lost', 5).entry.code, 'link-lost-after-hand-over');
});

test('CMS 512-515 mean different things in two families of modems', () => {
  assert.equal(lookUpError('cms', 513).class, 'unknown-outcome');
  const other = lookUpError('cms', 513, 'simcom-sim800');
  assert.equal(other.code, 'cms-513-alt');
  assert.equal(other.class, 'modem');
  assert.deepEqual(errorByCode('cms-513-alt'), other);
  assert.equal(lookUpError('cms', 515, 'simcom-sim800').class, 'number');
  assert.equal(lookUpError('cms', 515, 'huawei-e173').class, 'modem');
  assert.equal(lookUpError('cms', 38, 'simcom-sim800').code, 'cms-38');
});

test('an unknown code is never blank', () => {
  fc.assert(
    fc.property(fc.string(), (code) => {
      const entry = errorByCode(code);
      assert.equal(entry.code, code);
      for (const text of [entry.title.en, entry.title.id, entry.remedy.en, entry.remedy.id]) {
        assert.ok(text.trim().length > 3);
      }
    }),
  );
  assert.equal(errorByCode('cms-777').title.en, 'Error CMS 777');
  assert.equal(errorByCode('constructor').title.en, 'Error constructor');
});

test('back-off doubles with spent attempts and stays below an hour', () => {
  const entry = lookUpError('cms', 17);
  assert.equal(backOffMs(entry, 1), 120_000);
  assert.equal(backOffMs(entry, 2), 240_000);
  assert.equal(backOffMs(entry, 99), 3_600_000);
  assert.equal(backOffMs(lookUpError('cms', 1), 1), null);
  assert.equal(backOffMs(lookUpError('cms', 21), 9), 300_000);
});
