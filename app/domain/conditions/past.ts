import type { UpdateResult } from '../update-note.ts';
import { AT_ONCE, type ConditionSource, USUAL, when } from './condition.ts';
import type { StatusFacts } from './facts.ts';

const POWER_LOSS_SHOWN_MS = 24 * 3_600_000;
const UPDATE_SHOWN_MS = 24 * 3_600_000;
const REBUILT_SHOWN_MS = 7 * 24 * 3_600_000;

/** Priorities 75–94: what the box went through, and what that left behind. */
export const PAST_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'power-unstable',
    priority: 75,
    severity: 'degraded',
    lamps: {},
    led: '8',
    hides: [],
    ...AT_ONCE,
    test: ({ powerLoss }) =>
      when(powerLoss !== null && powerLoss.count7d >= 3, { count: powerLoss?.count7d ?? 0 }),
    en: 'Power was cut often: {count} times this week.',
    id: 'Listrik sering putus mendadak: {count} kali minggu ini.',
    action: {
      en: 'Use a UPS or another supply; shut the box down before you unplug it.',
      id: 'Pakai UPS atau adaptor lain; matikan alat dengan benar sebelum dicabut.',
    },
  },
  {
    code: 'storage-wear',
    priority: 78,
    severity: 'degraded',
    lamps: {},
    led: '7',
    hides: [],
    ...USUAL,
    test: ({ storage: { wearRatio } }) =>
      when(wearRatio !== null && wearRatio > 0.8, {
        percent: wearRatio === null ? null : Math.round(wearRatio * 100),
      }),
    en: 'The card may be worn ({percent} % of its life, estimate).',
    id: 'Kartu mungkin mulai aus ({percent} % umurnya, perkiraan).',
    action: {
      en: 'Plan a new card at the next visit.',
      id: 'Siapkan kartu baru pada kunjungan berikut.',
    },
  },
  {
    code: 'selftest-failed',
    priority: 83,
    severity: 'degraded',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: ({ selfTestFault }) => when(selfTestFault !== null, { check: selfTestFault }),
    en: 'Self-test failed: {check}',
    id: 'Uji mandiri gagal: {check}',
    action: {
      en: 'Mend that, then repeat the self-test.',
      id: 'Perbaiki, lalu ulangi uji mandiri.',
    },
  },
  {
    code: 'update-rolled-back',
    priority: 84,
    severity: 'degraded',
    lamps: {},
    led: '8',
    hides: [],
    ...AT_ONCE,
    test: (facts) => ended(facts, 'rolled-back', Number.POSITIVE_INFINITY),
    en: 'Version {version} failed; the box went back to {previous}.',
    id: 'Versi {version} gagal; alat kembali ke {previous}.',
    action: {
      en: 'Send the support bundle; do not install {version} again.',
      id: 'Kirim berkas bantuan; jangan pasang {version} lagi.',
    },
  },
  {
    code: 'update-failed',
    priority: 85,
    severity: 'degraded',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: (facts) => ended(facts, 'failed', UPDATE_SHOWN_MS),
    en: 'Update {version} was not installed ({reason}); {previous} goes on.',
    id: 'Pembaruan {version} gagal dipasang ({reason}); {previous} tetap jalan.',
    action: { en: 'Get the file again.', id: 'Ambil ulang berkasnya.' },
  },
  {
    code: 'settings-damaged',
    priority: 86,
    severity: 'degraded',
    lamps: {},
    led: '7',
    hides: [],
    ...AT_ONCE,
    test: ({ settingsDamaged }) => when(settingsDamaged),
    en: 'A settings file is damaged; the usual settings are in force.',
    id: 'Berkas pengaturan rusak; pengaturan bawaan yang dipakai.',
    action: {
      en: 'Run: pisang config check. Mend or delete the file it names, then restart the box.',
      id: 'Jalankan: pisang config check. Perbaiki atau hapus berkasnya, lalu mulai ulang alat.',
    },
  },
  {
    code: 'database-rebuilt',
    priority: 87,
    severity: 'degraded',
    lamps: {},
    led: '7',
    hides: [],
    ...AT_ONCE,
    test: ({ rebuilt, nowMs }) =>
      when(
        rebuilt !== null && (rebuilt.thisBoot || nowMs - Date.parse(rebuilt.at) < REBUILT_SHOWN_MS),
        { messages: rebuilt?.messages ?? null },
      ),
    en: 'The message database was damaged and rebuilt; messages saved: {messages}.',
    id: 'Database pesan rusak dan disusun ulang; pesan yang selamat: {messages}.',
    action: {
      en: 'Some may be missing: compare with your app. Plan a new card; keep the damaged file.',
      id: 'Mungkin ada yang hilang: cocokkan dengan aplikasi. Siapkan kartu baru; simpan berkas rusak.',
    },
  },
  {
    code: 'power-loss-recent',
    priority: 90,
    severity: 'info',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: ({ powerLoss, nowMs }) =>
      when(
        powerLoss !== null &&
          powerLoss.at !== null &&
          powerLoss.count7d < 3 &&
          nowMs - Date.parse(powerLoss.at) < POWER_LOSS_SHOWN_MS,
        { at: powerLoss?.at ?? null },
      ),
    en: 'The power was cut ({at|time}); the queue was checked and is complete.',
    id: 'Listrik putus ({at|time}); antrean sudah dicek dan lengkap.',
    action: { en: 'Nothing to do.', id: 'Tidak perlu apa-apa.' },
  },
  {
    code: 'update-installed',
    priority: 94,
    severity: 'info',
    lamps: {},
    led: 'ok',
    hides: [],
    ...AT_ONCE,
    test: (facts) => ended(facts, 'installed', UPDATE_SHOWN_MS),
    en: 'Version {version} is installed.',
    id: 'Versi {version} terpasang.',
    action: { en: 'Nothing to do.', id: 'Tidak perlu apa-apa.' },
  },
];

/** The newest update ended so, and it was asked for not too long ago. */
function ended(
  { update, nowMs }: StatusFacts,
  result: UpdateResult,
  shownMs: number,
): ReturnType<typeof when> {
  const ageMs = update === null ? 0 : nowMs - Date.parse(update.at);
  return when(update?.result === result && ageMs < shownMs, {
    version: update?.version ?? null,
    previous: update?.previous ?? null,
    // Begun, and neither finished nor refused: the power failed.
    reason: update?.reason ?? 'interrupted',
  });
}
