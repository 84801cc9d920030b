import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModemFacts, StatusFacts } from '../../app/domain/conditions/facts.ts';
import type { TextContext } from '../../app/domain/conditions/format.ts';
import { CONDITIONS, conditionByCode } from '../../app/domain/conditions/index.ts';
import { describe } from '../../app/domain/conditions/text.ts';
import {
  FIRST_STATE,
  stepVerdict,
  type Verdict,
  type VerdictState,
} from '../../app/domain/conditions/verdict.ts';
import type { ModemId } from '../../app/domain/ids.ts';
import { modemFacts, NOW_MS, statusFacts } from '../support/facts.ts';

const EN: TextContext = {
  lang: 'en',
  timeZone: 'Asia/Jakarta',
  nowMs: NOW_MS,
  clockTrusted: true,
};
const ID: TextContext = { ...EN, lang: 'id' };

function codes(verdict: Verdict): string[] {
  return verdict.conditions.map((entry) => entry.code);
}

/** The verdict after `facts` have held for `seconds`, on a box that worked before. */
function after(facts: StatusFacts, seconds: number, from: VerdictState = worked()): Verdict {
  const first = stepVerdict(from, facts);
  return stepVerdict(first.state, {
    ...facts,
    monotonicMs: facts.monotonicMs + seconds * 1000,
  }).verdict;
}

function worked(facts: StatusFacts = statusFacts({ monotonicMs: 0 })): VerdictState {
  return stepVerdict(FIRST_STATE, facts).state;
}

function withModem(...modem: Parameters<typeof modemFacts>): StatusFacts {
  return statusFacts({ modems: [modemFacts(...modem)] });
}

interface Fixture {
  readonly code: string;
  readonly facts: StatusFacts;
  /** The code is the headline; else it is only on show. */
  readonly headline?: false;
  readonly title?: string;
  readonly judul?: string;
}

const rejected = (lastErrorCode: string, count: number): ModemFacts =>
  modemFacts({ sending: { rejectedInRow: count, rejectedRecipients: 3, lastErrorCode } });

const FIXTURES: readonly Fixture[] = [
  { code: 'demo-mode', facts: withModem({ simulated: true }), headline: false },
  {
    code: 'updating',
    facts: statusFacts({ updating: { version: '1.4.0', minutes: 5 } }),
    title: 'Installing version 1.4.0.',
  },
  { code: 'storage-readonly', facts: statusFacts({ storage: { state: 'read-only' } }) },
  {
    code: 'storage-failing',
    facts: statusFacts({ storage: { state: 'failing', errors: null } }),
    title: 'The SD card fails (errors: unknown); new messages are refused.',
  },
  { code: 'database-damaged', facts: statusFacts({ storage: { state: 'damaged' } }) },
  { code: 'database-missing', facts: statusFacts({ storage: { state: 'missing' } }) },
  { code: 'database-newer', facts: statusFacts({ storage: { state: 'newer' } }) },
  { code: 'storage-full', facts: statusFacts({ storage: { freeBytes: 67_108_864 } }) },
  {
    code: 'queue-full',
    facts: statusFacts({ queue: { depth: 100_000 } }),
    title: 'The queue is full (100,000); new messages are refused (503).',
    judul: 'Antrean penuh (100.000); pesan baru ditolak (503).',
  },
  { code: 'worker-stopped', facts: statusFacts({ worker: { lastHeardAgeMs: 10_001 } }) },
  { code: 'modem-not-found', facts: withModem({ state: 'absent', trouble: 'not-found' }) },
  { code: 'modem-not-found', facts: statusFacts({ modems: [] }) },
  { code: 'modem-wrong-mode', facts: withModem({ state: 'absent', trouble: 'wrong-mode' }) },
  {
    code: 'modem-port-busy',
    facts: withModem({ state: 'absent', trouble: 'port-busy', troubleDetail: 'ModemManager' }),
    title: 'Another program (ModemManager) holds the modem port.',
  },
  {
    code: 'modem-port-moved',
    facts: withModem({ state: 'absent', trouble: 'port-moved', troubleDetail: '/dev/ttyUSB3' }),
  },
  {
    code: 'modem-port-busy',
    facts: withModem({
      state: 'absent',
      trouble: 'port-busy',
      troubleDetail: 'The port /dev/ttyUSB0 is in use by gammu-smsd (process 4711).',
    }),
    title: 'Another program (gammu-smsd) holds the modem port.',
  },
  {
    code: 'modem-port-busy',
    facts: withModem({
      state: 'absent',
      trouble: 'port-busy',
      troubleDetail: 'The port /dev/ttyUSB0 is in use by another program.',
    }),
    title: 'Another program (unknown) holds the modem port.',
  },
  {
    code: 'modem-port-moved',
    facts: withModem({
      state: 'absent',
      trouble: 'port-moved',
      troubleDetail:
        'serial:/dev/serial/by-id/usb-HUAWEI_HUAWEI_Mobile_0123456789-if00-port0?baud=115200',
    }),
    title: 'The modem moved to another port (…_HUAWEI_Mobile_0123456789-if00-port0).',
  },
  {
    code: 'modem-failed',
    facts: withModem({ state: 'failed', recovery: { count24h: 7 } }),
    title: 'The modem does not come back (restarts: 7).',
  },
  {
    code: 'modem-recovering',
    facts: withModem({ state: 'recovering', recovery: { rung: 2, rungs: 4, sinceSeconds: 20 } }),
    title: 'The modem hung; it is being restarted (step 2 of 4).',
  },
  { code: 'modem-silent', facts: withModem({ state: 'silent' }) },
  { code: 'modem-silent', facts: withModem({ state: 'starting' }) },
  { code: 'modem-unstable', facts: withModem({ recovery: { count1h: 3 } }) },
  {
    code: 'sim-missing',
    facts: withModem({ sim: { state: 'missing' }, radio: { registration: 'unknown' } }),
  },
  { code: 'sim-failure', facts: withModem({ sim: { state: 'failure' } }) },
  { code: 'sim-failure', facts: withModem({ sim: { state: 'unknown' } }) },
  { code: 'sim-blocked', facts: withModem({ sim: { state: 'blocked' } }) },
  { code: 'sim-blocked', facts: withModem({ sim: { state: 'puk', pukTriesLeft: 0 } }) },
  {
    code: 'sim-puk-required',
    facts: withModem({ sim: { state: 'puk', pukTriesLeft: null } }),
    title: 'The SIM is locked and asks for the PUK (tries left: unknown).',
  },
  {
    code: 'sim-pin-refused',
    facts: withModem({ trouble: 'pin-refused', sim: { state: 'pin', pinTriesLeft: 2 } }),
  },
  { code: 'sim-pin-required', facts: withModem({ sim: { state: 'pin' } }) },
  { code: 'network-denied', facts: withModem({ radio: { registration: 'denied' } }) },
  { code: 'network-denied', facts: withModem({ radio: { registration: 'emergency' } }) },
  { code: 'signal-none', facts: withModem({ radio: { registration: 'searching', csq: 99 } }) },
  { code: 'network-not-registered', facts: withModem({ radio: { registration: 'off' } }) },
  {
    code: 'network-searching',
    facts: withModem({ radio: { registration: 'searching', registrationSinceSeconds: 30 } }),
    judul: 'Mencari jaringan operator (sudah 30 dtk).',
  },
  { code: 'smsc-missing', facts: withModem({ trouble: 'smsc-missing' }) },
  { code: 'sms-barred', facts: statusFacts({ modems: [rejected('cms-10', 3)] }) },
  {
    code: 'sms-barred',
    facts: statusFacts({ modems: [{ ...rejected('cms-38', 3), postpaid: true }] }),
  },
  {
    code: 'credit-suspected',
    facts: statusFacts({ modems: [rejected('cms-38', 8)] }),
    title: 'The last 8 SMS were rejected; probably out of credit (CMS 38).',
    judul: '8 SMS terakhir ditolak; pulsa mungkin habis (CMS 38).',
  },
  {
    code: 'send-rejecting',
    facts: withModem({
      sending: { recentTries: 20, recentRefused: 7, recentRefusalCode: 'cms-42' },
    }),
    title: 'Of the last 20 SMS the operator refused 7 (CMS 42).',
    judul: 'Dari 20 SMS terakhir, 7 ditolak operator (CMS 42).',
  },
  { code: 'send-no-answer', facts: withModem({ sending: { noAnswerInRow: 3 } }) },
  {
    code: 'queue-stalled',
    facts: statusFacts({
      queue: { depth: 3, moving: 3, oldestReadyAgeSeconds: 121, stillSeconds: 121 },
    }),
  },
  { code: 'messages-uncertain', facts: statusFacts({ queue: { uncertain: 3 } }) },
  {
    code: 'queue-near-limit',
    facts: statusFacts({ queue: { depth: 80_000 } }),
    title: 'The queue is 80 % full.',
  },
  {
    code: 'queue-backlog',
    facts: statusFacts({
      queue: {
        depth: 900,
        moving: 900,
        arrivalsPerMinute: 30,
        departuresPerMinute: 20,
        drainEtaSeconds: 2700,
      },
    }),
    title: 'More comes in than goes out: 900 wait, about 45 min.',
  },
  {
    code: 'queue-backlog',
    facts: statusFacts({ queue: { depth: 2, moving: 2, oldestHighAgeSeconds: 31 } }),
  },
  {
    code: 'rate-cap-reached',
    facts: withModem({
      sending: {
        dailyCap: 400,
        holding: 'daily-cap',
        capResetsAt: new Date(NOW_MS + 3_600_000).toISOString(),
      },
    }),
    title: "Today's limit of 400 SMS is reached; it goes on at 15:03 WIB.",
  },
  { code: 'sim-storage-full', facts: withModem({ sim: { storageUsed: 30, storageTotal: 30 } }) },
  {
    code: 'signal-weak',
    facts: withModem({ radio: { csqMedian5min: 6, signalDbm: -101 } }),
    title: 'Weak signal (−101 dBm); SMS may fail.',
  },
  {
    code: 'network-roaming',
    facts: withModem({ radio: { registration: 'roaming', operator: 'Maxis' } }),
  },
  { code: 'temperature-high', facts: statusFacts({ box: { temperatureC: 75 } }) },
  { code: 'clock-untrusted', facts: statusFacts({ clockTrusted: false }) },
  {
    code: 'storage-near-full',
    facts: statusFacts({ storage: { freeBytes: 200 * 1024 ** 2, daysLeft: null } }),
    title: 'Disk space runs low: 200 MiB left (days: unknown).',
  },
  { code: 'memory-low', facts: statusFacts({ box: { memoryAvailableBytes: 60 * 1024 ** 2 } }) },
  { code: 'api-keys-missing', facts: statusFacts({ sendingKeys: 0 }) },
  { code: 'legacy-open', facts: statusFacts({ legacyOpenTo: '0.0.0.0/0' }) },
  {
    code: 'power-loss-recent',
    facts: statusFacts({
      powerLoss: { at: new Date(NOW_MS - 3_600_000).toISOString(), count7d: 1 },
    }),
    headline: false,
  },
  {
    code: 'modem-replaced',
    facts: withModem({}, { replaced: { part: 'modem', last4: '4417' } }),
    headline: false,
  },
  {
    code: 'sim-replaced',
    facts: withModem({}, { replaced: { part: 'sim', last4: '4417' } }),
    headline: false,
  },
  { code: 'modem-renumbered', facts: withModem({}, { renumberedSecondsAgo: 60 }), headline: false },
  { code: 'ok-unproven', facts: withModem({ sending: { lastSentAt: null } }) },
  {
    code: 'ok-sending',
    facts: statusFacts({ queue: { depth: 128, moving: 128, drainEtaSeconds: 700 } }),
    title: 'Works; in the queue: 128, done in about 12 min.',
  },
  {
    code: 'ok',
    facts: statusFacts(),
    title: 'Everything works; last SMS 4 min ago.',
    judul: 'Semua berjalan baik; SMS terakhir 4 mnt lalu.',
  },
];

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

test('starting holds until a modem has a result, at most 90 s', () => {
  const facts = statusFacts({
    serviceUpSeconds: 4,
    modems: [],
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
