import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACK_OFF_MS, CALM_MS, RecoveryLadder } from '../../app/modem/ladder.ts';
import { ReadingWindow } from '../../app/modem/reading-window.ts';
import { SendHealth } from '../../app/modem/send-health.ts';
import { settleSend } from '../../app/modem/settle-send.ts';

const rungOf = (step: ReturnType<RecoveryLadder['next']>): string =>
  step.kind === 'rung' ? step.rung : `wait ${step.waitMs}`;

test('each step once, then a back-off that grows', () => {
  const ladder = new RecoveryLadder();
  const steps = Array.from({ length: 12 }, (_, at) => rungOf(ladder.next('hung', at * 1_000)));
  assert.deepEqual(steps, [
    'resync',
    'reopen',
    'radio-cycle',
    'reset',
    'usb-reset',
    `wait ${BACK_OFF_MS[0]}`,
    'resync',
    'reopen',
    'radio-cycle',
    'reset',
    'usb-reset',
    `wait ${BACK_OFF_MS[1]}`,
  ]);
  assert.equal(ladder.report(12_000).count1h, 1, 'one recovery, however many steps');
});

test('at most six hard steps an hour', () => {
  const ladder = new RecoveryLadder();
  const steps = Array.from({ length: 40 }, (_, at) => rungOf(ladder.next('hung', at * 60_000)));
  assert.equal(steps.filter((step) => /radio|reset/.test(step)).length, 6);
});

test('a modem that fails again soon goes on where it was; a calm one begins anew', () => {
  const ladder = new RecoveryLadder();
  assert.equal(rungOf(ladder.next('hung', 0)), 'resync');
  ladder.recovered(1_000);
  assert.equal(rungOf(ladder.next('hung', 2_000)), 'reopen');
  ladder.recovered(3_000);
  assert.equal(ladder.report(3_000).rung, 0);
  assert.equal(ladder.report(3_000).count1h, 2);
  assert.equal(rungOf(ladder.next('hung', 3_000 + CALM_MS)), 'resync');
});

test('counts of an hour, a day and a week; drops count without a step', () => {
  const hour = 3_600_000;
  const ladder = new RecoveryLadder();
  for (const at of [0, 10 * hour, 100 * hour, 100.5 * hour]) {
    ladder.dropped('unplugged', at);
  }
  const report = ladder.report(100.6 * hour);
  assert.deepEqual([report.count1h, report.count24h, report.count7d], [2, 2, 4]);
  assert.equal(report.lastReason, 'unplugged');
  assert.equal(report.sinceSeconds, null);
});

test('a step may be skipped to where help can come from', () => {
  const ladder = new RecoveryLadder();
  assert.equal(rungOf(ladder.next('deaf', 0, 'radio-cycle')), 'radio-cycle');
  assert.equal(rungOf(ladder.next('deaf', 1, 'radio-cycle')), 'reset');
});

test('median and extremes of a window', () => {
  const window = new ReadingWindow(1_000);
  assert.equal(window.median(0, 100), null);
  assert.equal(window.min(0), null);
  [5, 1, 9, 7].forEach((value, at) => {
    window.add(at * 100, value);
  });
  assert.equal(window.median(300, 1_000), 5);
  assert.equal(window.median(300, 100), 7);
  assert.deepEqual([window.min(300), window.max(300)], [1, 9]);
  assert.equal(window.max(1_250), 7, 'old readings are gone');
});

test('signs of a hung modem in the outcomes of sends', () => {
  const health = new SendHealth();
  const noPrompt = { kind: 'not-handed-over', code: 'no-prompt', bracketed: false } as const;
  const noAnswer = { kind: 'unknown', code: 'no-answer' } as const;
  const sent = { kind: 'sent', reference: 1, tookMs: 5 } as const;
  assert.equal(health.note(noPrompt, true), null);
  assert.equal(health.note(sent, true), null);
  assert.equal(health.note(noPrompt, true), null);
  assert.equal(health.note(noPrompt, true)?.from, 'resync');
  assert.equal(health.note(noAnswer, true), null);
  assert.equal(health.note(noAnswer, true)?.from, 'radio-cycle');
  const deaf = {
    kind: 'refused',
    error: { kind: 'cms', code: 38 },
    afterCtrlZ: true,
    bracketed: true,
  } as const;
  assert.equal(health.note(deaf, false), null);
  assert.equal(health.note(deaf, true), null);
  assert.equal(health.note(deaf, true), null);
  assert.equal(health.note(deaf, true)?.from, 'radio-cycle');
});

test('phase before code, and thirty seconds after Ctrl-Z', () => {
  const cms = (code: number | null) => ({ kind: 'cms', code, text: String(code) }) as const;
  const after = (code: number | null, ms: number | null) =>
    settleSend(cms(code), ms, true, 'generic');
  for (const code of [1, 27, 38, 111, 197, 332, 500]) {
    const before = after(code, null);
    assert.equal(before.kind, 'refused', `${code} at the prompt`);
    assert.equal(before.kind === 'refused' && before.afterCtrlZ, false);
  }
  for (const code of [1, 8, 27, 30, 50, 111, 128, 208, 254, 300, 302, 331]) {
    assert.equal(after(code, 60_000).kind, 'refused', `${code}`);
  }
  for (const code of [38, 41, 42, 47, 127, 615, 616]) {
    assert.equal(after(code, 29_999).kind, 'refused', `${code} soon`);
    assert.equal(after(code, 30_001).kind, 'unknown', `${code} late`);
  }
  for (const code of [332, 500, 513, 521, 255, 767, 4_711]) {
    assert.equal(after(code, 10).kind, 'unknown', `${code}`);
  }
  assert.equal(after(197, 10).kind, 'already-sent');
  assert.deepEqual(after(null, 10), { kind: 'unknown', code: 'bare-error' });
});
