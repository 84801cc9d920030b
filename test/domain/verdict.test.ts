import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusFacts } from '../../app/domain/conditions/facts.ts';
import { describe } from '../../app/domain/conditions/text.ts';
import { FIRST_STATE, stepVerdict } from '../../app/domain/conditions/verdict.ts';
import type { ModemId } from '../../app/domain/ids.ts';
import { modemFacts, statusFacts } from '../support/facts.ts';
import { after, codes, EN, ID, rejected, withModem, worked } from './support.ts';

test('a trouble shows after 15 s and leaves 30 s after its end', () => {
  const sick = (second: number): StatusFacts =>
    statusFacts({
      monotonicMs: second * 1000,
      modems: [modemFacts({ sim: { state: 'missing' } })],
    });
  const well = (second: number): StatusFacts => statusFacts({ monotonicMs: second * 1000 });
  let state = worked();
  const at = (facts: StatusFacts): string => {
    const step = stepVerdict(state, facts);
    state = step.state;
    return step.verdict.headline.code;
  };
  assert.equal(at(sick(10)), 'ok');
  assert.equal(at(sick(24)), 'ok');
  assert.equal(at(sick(25)), 'sim-missing');
  assert.equal(at(well(30)), 'sim-missing');
  assert.equal(at(well(59)), 'sim-missing');
  assert.equal(at(well(60)), 'ok');
  assert.equal(at(sick(61)), 'ok');
  assert.equal(at(well(70)), 'ok');
  assert.equal(at(sick(75)), 'ok');
  assert.equal(at(sick(89)), 'ok', 'the time that it was well does not count');
});

test('a modem that falls silent is told at once: the driver waited 10 s before it said so', () => {
  const facts = statusFacts({ monotonicMs: 1_000, modems: [modemFacts({ state: 'silent' })] });
  const { verdict } = stepVerdict(worked(), facts);
  assert.equal(verdict.headline.code, 'modem-silent');
  assert.equal(verdict.can.send, 'no');
});

test('a few refusals among many SMS are everyday life', () => {
  const refused = (recentRefused: number, recentTries: number): boolean =>
    codes(
      after(
        withModem({ sending: { recentTries, recentRefused, recentRefusalCode: 'cms-42' } }),
        60,
      ),
    ).includes('send-rejecting');
  assert.deepEqual(
    [refused(6, 20), refused(7, 20), refused(5, 5), refused(6, 6)],
    [false, true, false, true],
  );
});

test('a modem that never worked since the start shows its trouble at once', () => {
  const facts = statusFacts({
    serviceUpSeconds: 4,
    modems: [modemFacts({ sim: { state: 'missing' } })],
  });
  assert.equal(stepVerdict(FIRST_STATE, facts).verdict.headline.code, 'sim-missing');
});

test('a modem that worked and lost its operator is not starting, however young the service', () => {
  const facts = statusFacts({
    serviceUpSeconds: 20,
    modems: [modemFacts({ radio: { registration: 'searching', registrationSinceSeconds: 5 } })],
  });
  assert.notEqual(stepVerdict(FIRST_STATE, facts).verdict.headline.code, 'starting');
  const first = stepVerdict(FIRST_STATE, { ...facts, modemWasAble: false });
  assert.equal(first.verdict.headline.code, 'starting');
});

test('starting holds until a modem has a result, at most 90 s', () => {
  const facts = statusFacts({
    serviceUpSeconds: 4,
    modems: [],
    modemWasAble: false,
    worker: { reported: false, lastHeardAgeMs: null },
  });
  const { verdict } = stepVerdict(FIRST_STATE, facts);
  assert.equal(verdict.headline.code, 'starting');
  assert.deepEqual(verdict.can, { accept: 'limited', send: 'limited', receive: 'unknown' });
  assert.equal(verdict.health, 'healthy');
  assert.equal(verdict.led, 'on');
  const late = stepVerdict(FIRST_STATE, { ...facts, serviceUpSeconds: 90 }).verdict;
  assert.equal(late.headline.code, 'worker-stopped');
  assert.equal(late.can.send, 'no');
});

test('with another modem at work a dead one only degrades, and the sentence says which', () => {
  const two = { id: 'modem2' as ModemId };
  const facts = statusFacts({
    modems: [
      modemFacts(),
      modemFacts({ ...two, sim: { state: 'missing' } }),
      modemFacts({ id: 'modem3' as ModemId }),
    ],
  });
  const verdict = after(facts, 60);
  assert.equal(verdict.health, 'degraded');
  assert.equal(verdict.headline.code, 'sim-missing');
  assert.equal(verdict.headline.severity, 'degraded');
  assert.deepEqual(verdict.can, { accept: 'yes', send: 'limited', receive: 'limited' });
  assert.equal(describe(verdict.headline, EN).title, 'Modem 2 of 3: No SIM card in the modem.');
  assert.equal(describe(verdict.headline, ID).title, 'Modem 2 dari 3: Kartu SIM belum terpasang.');
});

test('with all modems dead it is down again', () => {
  const facts = statusFacts({
    modems: [
      modemFacts({ state: 'failed' }),
      modemFacts({ id: 'modem2' as ModemId, sim: { state: 'missing' } }),
    ],
  });
  const verdict = after(facts, 60);
  assert.equal(verdict.health, 'down');
  assert.equal(verdict.headline.code, 'modem-failed');
  assert.equal(verdict.can.send, 'no');
});

test('a modem whose SMS are barred does not count as another modem that can send', () => {
  const facts = statusFacts({
    modems: [
      { ...rejected('cms-10', 5) },
      modemFacts({ id: 'modem2' as ModemId, sim: { state: 'missing' } }),
    ],
  });
  assert.equal(after(facts, 60).health, 'down');
});

test('a cause hides its effects of the same modem only', () => {
  const broken = { state: 'failed', sim: { state: 'missing' } } as const;
  const verdict = after(
    statusFacts({
      modems: [
        modemFacts(broken),
        modemFacts({ id: 'modem2' as ModemId, sim: { state: 'missing' } }),
      ],
    }),
    60,
  );
  const hidden = verdict.conditions
    .filter((entry) => entry.code === 'sim-missing')
    .map((entry) => [entry.modem, entry.hiddenBy]);
  assert.deepEqual(hidden, [
    ['modem1', null],
    ['modem2', null],
  ]);
  const denied = after(
    withModem({ sim: { state: 'missing' }, radio: { registration: 'denied', csqMedian5min: 1 } }),
    400,
  );
  assert.deepEqual(
    denied.conditions.map((entry) => [entry.code, entry.hiddenBy]),
    [
      ['sim-missing', null],
      ['network-denied', 'sim-missing'],
      ['signal-weak', 'sim-missing'],
    ],
  );
});

test('one dead recipient never looks like missing credit', () => {
  const facts = statusFacts({
    modems: [
      modemFacts({
        sending: { rejectedInRow: 5, rejectedRecipients: 1, lastErrorCode: 'cms-38' },
      }),
    ],
  });
  assert.equal(after(facts, 60).headline.code, 'ok');
});

test('searching and recovering turn into down after three minutes', () => {
  const searching = withModem({
    radio: { registration: 'searching', registrationSinceSeconds: 181 },
  });
  assert.equal(after(searching, 60).health, 'down');
  const recovering = withModem({ state: 'recovering', recovery: { rung: 3, sinceSeconds: 181 } });
  const verdict = after(recovering, 60);
  assert.equal(verdict.health, 'down');
  assert.equal(verdict.can.send, 'no');
});

test('weak signal and a filling queue leave later than they come', () => {
  const first = worked();
  const weak = stepVerdict(first, withModem({ radio: { csqMedian5min: 6 } }));
  const better = withModem({ radio: { csqMedian5min: 8 } });
  const still = stepVerdict(weak.state, { ...better, monotonicMs: 2_000_000 });
  assert.equal(still.verdict.headline.code, 'signal-weak');
  assert.equal(stepVerdict(first, better).verdict.headline.code, 'ok');
});

test('demo mode stands beside the verdict and wins the lamp', () => {
  const verdict = after(withModem({ simulated: true }), 60);
  assert.equal(verdict.headline.code, 'ok');
  assert.equal(verdict.led, 'demo');
  assert.equal(verdict.health, 'healthy');
});

test('roaming that is allowed is no warning; else the queue is held', () => {
  assert.equal(
    after(withModem({ radio: { registration: 'roaming' } }, { roamingAllowed: true }), 60).headline
      .code,
    'ok',
  );
  assert.equal(after(withModem({ radio: { registration: 'roaming' } }), 60).can.send, 'no');
});
