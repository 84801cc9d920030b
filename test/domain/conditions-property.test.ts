import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAble, isRegistered, type StatusFacts } from '../../app/domain/conditions/facts.ts';
import { conditionByCode } from '../../app/domain/conditions/index.ts';
import { describe } from '../../app/domain/conditions/text.ts';
import { FIRST_STATE, stepVerdict, type Verdict } from '../../app/domain/conditions/verdict.ts';
import type { ModemId } from '../../app/domain/ids.ts';
import { modemFacts, NOW_MS, statusFacts } from '../support/facts.ts';

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null });

const anyModem = (id: string): fc.Arbitrary<StatusFacts['modems'][number]> =>
  fc
    .record({
      state: fc.constantFrom('ready', 'starting', 'recovering', 'silent', 'absent', 'failed'),
      trouble: fc.constantFrom(
        null,
        'not-found',
        'wrong-mode',
        'port-busy',
        'port-moved',
        'pin-refused',
        'smsc-missing',
      ),
      sim: fc.constantFrom('ready', 'missing', 'pin', 'puk', 'blocked', 'failure', 'unknown'),
      tries: maybe(fc.integer({ min: 0, max: 3 })),
      registration: fc.constantFrom(
        'home',
        'roaming',
        'searching',
        'denied',
        'off',
        'sms-only',
        'emergency',
        'unknown',
      ),
      csq: maybe(fc.constantFrom(0, 1, 5, 8, 20, 99)),
      sent: fc.boolean(),
      inRow: fc.integer({ min: 0, max: 8 }),
      code: fc.constantFrom(null, 'cms-38', 'cms-10', 'cms-42', 'cms-322', 'cms-330', 'no-answer'),
      count: fc.integer({ min: 0, max: 4 }),
    })
    .map((any) =>
      modemFacts({
        id: id as ModemId,
        state: any.state,
        trouble: any.trouble,
        recovery: { count1h: any.count, sinceSeconds: any.count * 70 },
        sim: { state: any.sim, pinTriesLeft: any.tries, pukTriesLeft: any.tries },
        radio: {
          registration: any.registration,
          csq: any.csq,
          csqMedian5min: any.csq,
          signalDbm: null,
        },
        sending: {
          lastSentAt: any.sent ? new Date(NOW_MS - 1000).toISOString() : null,
          rejectedInRow: any.inRow,
          rejectedRecipients: any.inRow,
          lastErrorCode: any.code,
          noAnswerInRow: any.count,
        },
      }),
    );

const anyFacts: fc.Arbitrary<StatusFacts> = fc
  .record({
    modems: fc.oneof(
      fc.constant([]),
      anyModem('modem1').map((one) => [one]),
      fc.tuple(anyModem('modem1'), anyModem('modem2')),
    ),
    reported: fc.boolean(),
    heard: maybe(fc.constantFrom(100, 60_000)),
    up: fc.constantFrom(1, 80, 90, 10_000),
    storage: fc.constantFrom('ok', 'full', 'read-only', 'failing', 'newer', 'damaged', 'missing'),
    depth: fc.constantFrom(0, 5, 90_000, 100_000),
    uncertain: maybe(fc.constantFrom(0, 2)),
    age: maybe(fc.constantFrom(1, 500)),
    flow: maybe(fc.constantFrom(0, 20)),
    still: maybe(fc.constantFrom(0, 200)),
    trusted: fc.boolean(),
  })
  .map((any) =>
    statusFacts({
      modems: any.reported ? any.modems : [],
      worker: { reported: any.reported, lastHeardAgeMs: any.heard },
      serviceUpSeconds: any.up,
      storage: { state: any.storage },
      queue: {
        depth: any.depth,
        moving: any.depth,
        uncertain: any.uncertain,
        oldestReadyAgeSeconds: any.age,
        arrivalsPerMinute: any.flow,
        departuresPerMinute: any.flow,
        stillSeconds: any.still,
        drainEtaSeconds: null,
      },
      clockTrusted: any.trusted,
    }),
  );

function settled(facts: StatusFacts): Verdict {
  const first = stepVerdict(FIRST_STATE, facts);
  return stepVerdict(first.state, {
    ...facts,
    monotonicMs: facts.monotonicMs + 1_000_000,
  }).verdict;
}

test('there is always exactly one headline, not hidden, with words in both languages', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { headline, conditions, health } = settled(facts);
      assert.equal(headline.hiddenBy, null);
      assert.ok(conditions.includes(headline));
      for (const lang of ['en', 'id'] as const) {
        const context = { lang, timeZone: 'Asia/Jakarta', nowMs: NOW_MS, clockTrusted: true };
        for (const shown of conditions) {
          const { title, action } = describe(shown, context);
          assert.ok(title.length > 5 && action.length > 5);
          assert.doesNotMatch(title + action, /[{}]|undefined|null|NaN/);
        }
      }
      assert.equal(
        health === 'down',
        conditions.some((entry) => entry.hiddenBy === null && entry.severity === 'down'),
      );
    }),
    { numRuns: 1000 },
  );
});

test('unknown never turns into OK', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { headline, can } = settled(facts);
      const able = facts.modems.filter((modem) => isAble(modem.snapshot));
      const proven = facts.modems.some((modem) => modem.snapshot.sending.lastSentAt !== null);
      if (!facts.worker.reported || able.length === 0) {
        assert.notEqual(headline.severity, 'ok');
        assert.notEqual(headline.code, 'ok-unproven');
        assert.notEqual(can.send, 'yes');
        assert.notEqual(can.receive, 'yes');
      }
      if (!proven) {
        assert.notEqual(headline.severity, 'ok');
        assert.notEqual(can.send, 'yes');
      }
      if (can.send === 'yes') {
        assert.ok(able.some((modem) => isRegistered(modem.snapshot)));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a cause hides its effects, and what is hidden has its cause on show', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { conditions } = settled(facts);
      for (const shown of conditions) {
        for (const code of conditionByCode(shown.code)?.hides ?? []) {
          for (const effect of conditions.filter((other) => other.code === code)) {
            if (shown.modem === null || shown.modem === effect.modem) {
              assert.notEqual(effect.hiddenBy, null, `${shown.code} hides ${code}`);
            }
          }
        }
        if (shown.hiddenBy !== null) {
          assert.ok(conditions.some((other) => other.code === shown.hiddenBy));
        }
      }
      assert.ok(
        conditions.every((entry) => entry.code !== 'messages-uncertain' || entry.hiddenBy === null),
      );
    }),
    { numRuns: 1000 },
  );
});

test('a refusal to accept is always a headline that says so', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { health, can } = settled(facts);
      if (facts.storage.state !== 'ok' || facts.queue.depth >= facts.queue.limit) {
        assert.equal(can.accept, 'no');
        assert.equal(health, 'down');
      } else {
        assert.notEqual(can.accept, 'no');
      }
    }),
    { numRuns: 500 },
  );
});

test('steps at any spacing agree in the end', () => {
  fc.assert(
    fc.property(
      anyFacts,
      fc.array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 6 }),
      (facts, gaps) => {
        let state = FIRST_STATE;
        let monotonicMs = facts.monotonicMs;
        for (const gap of gaps) {
          state = stepVerdict(state, { ...facts, monotonicMs }).state;
          monotonicMs += gap;
        }
        state = stepVerdict(state, { ...facts, monotonicMs }).state;
        const { verdict } = stepVerdict(state, { ...facts, monotonicMs: monotonicMs + 1_000_000 });
        assert.deepEqual(
          verdict.conditions.map((entry) => entry.code),
          settled(facts).conditions.map((entry) => entry.code),
        );
      },
    ),
    { numRuns: 300 },
  );
});
