import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText } from '../../app/rescue/page.ts';
import { reasonOf } from '../../app/rescue/reason.ts';
import { type BoxFacts, readUnits } from '../../app/rescue/unit-facts.ts';
import { systemdSays, type UnitValues } from './support.ts';

function facts(units: Readonly<Record<string, UnitValues>>): BoxFacts {
  return readUnits(systemdSays(units));
}

const RESTARTING: UnitValues = { ActiveState: 'activating', SubState: 'auto-restart' };

for (const [what, units, severity, said] of [
  [
    'an error code',
    { api: { ...RESTARTING, Result: 'exit-code', ExecMainStatus: '1', NRestarts: '4' } },
    'down',
    'The program pisang-api ended with the error code 1. It was started again 4 times so far.',
  ],
  [
    'a kill',
    { api: { ...RESTARTING, Result: 'signal', ExecMainStatus: '9' } },
    'down',
    'The program pisang-api was ended from outside (signal 9).',
  ],
  [
    'the watchdog',
    { api: { ...RESTARTING, Result: 'watchdog' } },
    'down',
    'The program pisang-api gave no sign for a minute and was ended.',
  ],
  [
    'no memory',
    { api: { ...RESTARTING, Result: 'oom-kill' } },
    'down',
    'The program pisang-api was ended because memory ran out.',
  ],
  [
    'a result of a later systemd',
    { api: { ...RESTARTING, Result: 'start-limit-hit' } },
    'down',
    'The program pisang-api did not start (start-limit-hit).',
  ],
  [
    'a person',
    { api: { ActiveState: 'inactive', SubState: 'dead' } },
    'down',
    'The program pisang-api was stopped on purpose, or waits for another part of the box.',
  ],
  [
    'a migration',
    {
      api: { ActiveState: 'inactive', SubState: 'dead' },
      migrate: { ActiveState: 'activating', SubState: 'start' },
    },
    'info',
    'The message database is being brought to this version. With many messages that takes minutes.',
  ],
  [
    'a first start',
    { api: { ActiveState: 'activating', SubState: 'start' } },
    'info',
    'The program pisang-api is being started.',
  ],
  [
    'a start of many',
    { api: { ActiveState: 'activating', SubState: 'start', NRestarts: '9' } },
    'down',
    'The program pisang-api is being started again; it stopped 9 times so far.',
  ],
  [
    'a card that cannot be mounted, whatever else',
    {
      api: { ActiveState: 'inactive', SubState: 'dead' },
      migrate: { ActiveState: 'activating' },
      data: { ActiveState: 'failed', Result: 'exit-code' },
    },
    'down',
    'The data partition is not mounted (exit-code).',
  ],
  [
    'a trial without its mark',
    { api: { ActiveState: 'inactive' }, trial: { ActiveState: 'failed' } },
    'down',
    'The trial of the new version could not be begun (pisang-trial failed).',
  ],
] as const) {
  test(`${what} is told in a sentence`, () => {
    const reason = reasonOf(facts(units));
    assert.deepEqual([reason.severity, reason.said.en], [severity, said]);
    for (const words of [reason.title, reason.action, reason.said]) {
      assert.notEqual(words.id, words.en);
      assert.doesNotMatch(words.en + words.id, /undefined|NaN|null/);
    }
    for (const lang of ['en', 'id'] as const) {
      assert.ok(reason.title[lang].length <= 80, reason.title[lang]);
      assert.ok(reason.action[lang].length <= 115, reason.action[lang]);
    }
  });
}

test('without an answer of systemd the page says what is known anyway', () => {
  const reason = reasonOf(readUnits(''));
  assert.equal(reason.title.en, 'The request service has stopped; stored messages are safe.');
  assert.equal(reason.said.en, 'The program pisang-api did not start (unknown).');
});

test('ages are rounded down to one unit', () => {
  assert.deepEqual(
    [0, 59.9, 60, 3_599, 7_200, 90_000].map((seconds) => ageText(seconds, 'en')),
    ['0\u00a0s', '59\u00a0s', '1\u00a0min', '59\u00a0min', '2\u00a0h', '1\u00a0days'],
  );
});

test('a trial that cannot be begun: the way back takes three starts of up to 240 s each', () => {
  const trial = { ActiveState: 'failed' };
  const { action } = reasonOf(facts({ api: { ActiveState: 'inactive' }, trial }));
  assert.match(action.en, /^Wait up to 15 min/);
  assert.match(action.id, /^Tunggu sampai 15 menit/);
});
