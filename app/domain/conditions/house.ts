import { AT_ONCE, type ConditionSource, eachModem, USUAL, when } from './condition.ts';

const MIB = 1024 * 1024;
const RENUMBERED_SHOWN_SECONDS = 3600;

/** Priorities 74–92: the box, the keys, and what was exchanged. */
export const HOUSE_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'temperature-high',
    priority: 74,
    severity: 'degraded',
    lamps: {},
    led: '8',
    hides: [],
    enterSeconds: 120,
    leaveSeconds: 30,
    test: ({ box: { temperatureC } }, { wasShown }) =>
      when(temperatureC !== null && temperatureC >= (wasShown(null) ? 68 : 75), { temperatureC }),
    en: 'The board is hot ({temperatureC} °C) and may slow down.',
    id: 'Papan panas ({temperatureC} °C) dan bisa melambat.',
    action: { en: 'Give it air and shade.', id: 'Beri ventilasi dan tempat teduh.' },
  },
  {
    code: 'clock-untrusted',
    priority: 76,
    severity: 'degraded',
    lamps: {},
    led: '8',
    hides: [],
    ...USUAL,
    test: (facts) => when(!facts.clockTrusted),
    en: 'The clock is not set; scheduled messages wait.',
    id: 'Jam belum benar; pesan terjadwal ditahan.',
    action: { en: 'Connect a time server (NTP).', id: 'Sambungkan server waktu (NTP).' },
  },
  {
    code: 'storage-near-full',
    priority: 77,
    severity: 'degraded',
    lamps: {},
    led: '7',
    hides: [],
    ...USUAL,
    test: ({ storage: { freeBytes, reserveBytes, daysLeft } }) =>
      when(
        (freeBytes !== null && freeBytes < Math.max(256 * MIB, 4 * reserveBytes)) ||
          (daysLeft !== null && daysLeft < 7),
        { freeBytes, daysLeft },
      ),
    en: 'Disk space runs low: {freeBytes|bytes} left (days: {daysLeft}).',
    id: 'Penyimpanan menipis: sisa {freeBytes|bytes} (hari: {daysLeft}).',
    action: {
      en: 'Delete old files or shorten the retention time.',
      id: 'Hapus berkas lama atau perpendek masa simpan.',
    },
  },
  {
    code: 'memory-low',
    priority: 79,
    severity: 'degraded',
    lamps: {},
    led: '8',
    hides: [],
    enterSeconds: 300,
    leaveSeconds: 30,
    test: ({ box: { memoryAvailableBytes } }) =>
      when(memoryAvailableBytes !== null && memoryAvailableBytes < 64 * MIB, {
        memoryAvailableBytes,
      }),
    en: 'Memory is short ({memoryAvailableBytes|bytes} left).',
    id: 'Memori hampir habis (sisa {memoryAvailableBytes|bytes}).',
    action: {
      en: 'Stop other programs; restart the box if it lasts.',
      id: 'Hentikan program lain; mulai ulang alat bila berlanjut.',
    },
  },
  {
    code: 'api-keys-missing',
    priority: 80,
    severity: 'degraded',
    lamps: { accept: 'limited' },
    led: '6',
    hides: [],
    ...USUAL,
    test: (facts) => when(facts.sendingKeys === 0),
    en: 'No app has a key, so no app can send.',
    id: 'Belum ada kunci API; aplikasi belum bisa kirim.',
    action: {
      en: 'Make one: pisang key add --name APP --scope messages:send',
      id: 'Buat dengan: pisang key add --name APP --scope messages:send',
    },
  },
  {
    code: 'legacy-open',
    priority: 82,
    severity: 'degraded',
    lamps: {},
    led: 'ok',
    hides: [],
    ...USUAL,
    test: ({ legacyOpenTo }) => when(legacyOpenTo !== null, { legacyOpenTo }),
    en: 'Anybody in {legacyOpenTo} can send through /s.py without a key.',
    id: 'Siapa pun di {legacyOpenTo} bisa kirim lewat /s.py tanpa kunci.',
    action: {
      en: 'Require a key, or allow one address only.',
      id: 'Wajibkan kunci, atau izinkan satu alamat saja.',
    },
  },
  {
    code: 'modem-replaced',
    priority: 91,
    severity: 'info',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: (facts) =>
      eachModem(facts, ({ replaced }) =>
        replaced?.part === 'modem' ? { params: { last4: replaced.last4 } } : null,
      ),
    en: 'A different modem is in use (…{last4}).',
    id: 'Modem berbeda terpasang (…{last4}).',
    action: { en: 'Nothing to do if intended.', id: 'Abaikan kalau memang diganti.' },
  },
  {
    code: 'sim-replaced',
    priority: 91,
    severity: 'info',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: (facts) =>
      eachModem(facts, ({ replaced }) =>
        replaced?.part === 'sim' ? { params: { last4: replaced.last4 } } : null,
      ),
    en: 'A different SIM is in use (…{last4}).',
    id: 'SIM berbeda terpasang (…{last4}).',
    action: { en: 'Nothing to do if intended.', id: 'Abaikan kalau memang diganti.' },
  },
  {
    code: 'modem-renumbered',
    priority: 92,
    severity: 'info',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: (facts) =>
      eachModem(facts, ({ renumberedSecondsAgo }) =>
        renumberedSecondsAgo !== null && renumberedSecondsAgo < RENUMBERED_SHOWN_SECONDS
          ? { params: {} }
          : null,
      ),
    en: 'The modem changed its port and was found again.',
    id: 'Modem pindah port dan sudah ditemukan lagi.',
    action: { en: 'Nothing to do.', id: 'Tidak perlu apa-apa.' },
  },
];
