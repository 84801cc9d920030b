import type { StatusFacts } from '../../app/domain/conditions/facts.ts';
import type { UpdateResult } from '../../app/domain/update-note.ts';
import { NOW_MS, statusFacts } from '../support/facts.ts';
import { rejected, withModem } from './support.ts';

/** Facts under which one condition is on show. */
interface Fixture {
  readonly code: string;
  readonly facts: StatusFacts;
  /** The code is the headline; else it is only on show. */
  readonly headline?: false;
  readonly title?: string;
  readonly judul?: string;
}

function updated(result: UpdateResult, agoMs: number): StatusFacts {
  const reason = result === 'failed' ? 'update-changed' : null;
  const at = new Date(NOW_MS - agoMs).toISOString();
  return statusFacts({ update: { result, version: '1.5.0', previous: '1.4.0', reason, at } });
}

/** At least one for every condition but `starting`. */
export const FIXTURES: readonly Fixture[] = [
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
  {
    code: 'power-unstable',
    facts: statusFacts({ powerLoss: { at: null, count7d: 3 } }),
    title: 'Power was cut often: 3 times this week.',
  },
  {
    code: 'storage-wear',
    facts: statusFacts({ storage: { wearRatio: 0.9 } }),
    title: 'The card may be worn (90 % of its life, estimate).',
  },
  {
    code: 'selftest-failed',
    facts: statusFacts({ selfTestFault: 'modem1: The modem does not answer.' }),
    title: 'Self-test failed: modem1: The modem does not answer.',
  },
  {
    code: 'update-rolled-back',
    facts: updated('rolled-back', 60 * 86_400_000),
    title: 'Version 1.5.0 failed; the box went back to 1.4.0.',
  },
  {
    code: 'update-failed',
    facts: updated('failed', 3_600_000),
    title: 'Update 1.5.0 was not installed (update-changed); 1.4.0 goes on.',
  },
  { code: 'update-installed', facts: updated('installed', 3_600_000), headline: false },
  { code: 'settings-damaged', facts: statusFacts({ settingsDamaged: true }) },
  {
    code: 'database-rebuilt',
    facts: statusFacts({
      rebuilt: {
        at: new Date(NOW_MS - 6 * 86_400_000).toISOString(),
        thisBoot: false,
        messages: 12,
      },
    }),
  },
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
