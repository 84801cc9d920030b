import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadConfig } from '../../app/config/load.ts';
import { redactConfig } from '../../app/config/redact.ts';
import { configurationReference } from '../../app/config/reference.ts';

test('docs/configuration.md is what the schema says (make docs writes it)', () => {
  assert.equal(readFileSync('docs/configuration.md', 'utf8'), configurationReference());
});

test('what is shown has every field and no secret', () => {
  const { config } = loadConfig({
    file: null,
    environment: { PISANG_MODEMS_0_PIN: '4711', PISANG_MODEMS_1_ID: 'two' },
    readText: () => null,
  });
  const shown = redactConfig(config);
  assert.ok(!JSON.stringify(shown).includes('4711'));
  assert.deepEqual(
    (shown['modems'] as { pin: unknown }[]).map((modem) => modem.pin),
    ['(secret)', null],
  );
  assert.deepEqual(Object.keys(shown), Object.keys(config));
  assert.deepEqual(shown['http'], config.http);
});
