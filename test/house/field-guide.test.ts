import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Condition } from '../../app/domain/conditions/condition.ts';
import { CONDITIONS } from '../../app/domain/conditions/index.ts';

const guide = readFileSync('docs/field-guide.md', 'utf8');

/** A sentence with `…` in place of its parameters, as a cell of a table. */
function cell(sentence: string): string {
  return sentence.replace(/…?\{\w+(?:\|\w+)?\}/g, '…').replaceAll('|', '\\|');
}

function row({ code, led, en, action }: Condition): string {
  return `| \`${code}\` | ${led} | ${cell(en)} | ${cell(action.en)} |`;
}

/** With nothing to do, or seen at a desk only. */
const elsewhere = (code: string): boolean => /^(ok|demo-mode)/.test(code);

for (const condition of CONDITIONS.filter(({ code }) => !elsewhere(code))) {
  test(`the field guide says what to do about ${condition.code}`, () => {
    assert.ok(guide.includes(`${row(condition)}\n`), `put into the guide:\n${row(condition)}`);
  });
}

test('the field guide speaks of no state that the product does not have', () => {
  const codes = new Set(CONDITIONS.map(({ code }) => code));
  const told = [...guide.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1] ?? '');
  assert.deepEqual(
    told.filter((code) => !codes.has(code)),
    [],
  );
});
