import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONDITIONS, conditionByCode } from '../../app/domain/conditions/index.ts';
import { describe } from '../../app/domain/conditions/text.ts';
import { FIXTURES } from './condition-fixtures.ts';
import { after, codes, EN, ID } from './support.ts';

for (const { code, facts, headline, title, judul } of FIXTURES) {
  test(`${code} is on show for its facts`, () => {
    const verdict = after(facts, 400);
    assert.ok(codes(verdict).includes(code), codes(verdict).join(', '));
    if (headline !== false) {
      assert.equal(verdict.headline.code, code);
    }
    const shown = verdict.conditions.find((entry) => entry.code === code);
    assert.ok(shown !== undefined && shown.hiddenBy === null);
    for (const context of [EN, ID]) {
      const text = describe(shown, context);
      assert.doesNotMatch(text.title + text.action, /[{}]|undefined|NaN/);
      assert.ok(text.title.length <= 80, text.title);
    }
    if (title !== undefined) {
      assert.equal(describe(shown, EN).title.replaceAll('\u00a0', ' '), title);
    }
    if (judul !== undefined) {
      assert.equal(describe(shown, ID).title.replaceAll('\u00a0', ' '), judul);
    }
  });
}

test('every condition has a fixture', () => {
  const tested = new Set([...FIXTURES.map((fixture) => fixture.code), 'starting']);
  assert.deepEqual(
    CONDITIONS.map((condition) => condition.code).filter((code) => !tested.has(code)),
    [],
  );
});

test('codes are unique, texts short, and both languages name the same values', () => {
  const seen = new Set<string>();
  const names = (text: string): string[] =>
    [...text.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '').sort();
  for (const condition of CONDITIONS) {
    assert.match(condition.code, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(!seen.has(condition.code));
    seen.add(condition.code);
    assert.deepEqual(names(condition.en), names(condition.id), condition.code);
    assert.deepEqual(names(condition.action.en), names(condition.action.id), condition.code);
    for (const text of [condition.en, condition.id]) {
      assert.ok(text.length <= 80, `${condition.code}: ${text.length}`);
    }
    for (const text of [condition.action.en, condition.action.id]) {
      assert.ok(text.length <= 115, `${condition.code}: ${text.length}`);
    }
    const all = condition.en + condition.id + condition.action.en + condition.action.id;
    assert.doesNotMatch(all, /!|please|silakan/i);
  }
});

test('a cause hides only what is less important, and never a decision that waits', () => {
  for (const condition of CONDITIONS) {
    for (const code of condition.hides) {
      const hidden = conditionByCode(code);
      assert.ok(
        hidden !== null && hidden.priority > condition.priority,
        `${condition.code} → ${code}`,
      );
      assert.notEqual(code, 'messages-uncertain');
    }
  }
  assert.ok(conditionByCode('worker-stopped')?.hides.includes('queue-stalled'));
  assert.ok(conditionByCode('sim-missing')?.hides.includes('network-searching'));
  assert.ok(!conditionByCode('sim-missing')?.hides.includes('rate-cap-reached'));
  assert.ok(conditionByCode('network-searching')?.hides.includes('signal-weak'));
  assert.ok(!conditionByCode('network-searching')?.hides.includes('sim-storage-full'));
});
