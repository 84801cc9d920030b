import { AT_ONCE, type ConditionSource, USUAL, when } from './condition.ts';
import { isAble } from './facts.ts';

const START_SECONDS = 90;
const WORKER_SILENT_MS = 10_000;

/** Priorities 0–26: demo, start, update, storage, and the two processes. */
export const BOX_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'demo-mode',
    priority: 0,
    severity: 'info',
    lamps: { send: 'no', receive: 'no' },
    led: 'demo',
    hides: [],
    enterSeconds: 0,
    leaveSeconds: 0,
    test: (facts) => when(facts.modems.some((modem) => modem.snapshot.simulated)),
    en: 'DEMO – simulated modem. No real SMS leaves this box.',
    id: 'DEMO – modem simulasi. Tidak ada SMS asli yang terkirim.',
    action: {
      en: 'Do not use it for real users; connect a modem and set its port.',
      id: 'Jangan dipakai untuk pelanggan; pasang modem asli dan atur portnya.',
    },
  },
  {
    code: 'updating',
    priority: 11,
    severity: 'info',
    lamps: { accept: 'limited', send: 'limited' },
    led: 'on',
    hides: [],
    enterSeconds: 0,
    leaveSeconds: 0,
    test: (facts) => when(facts.updating !== null, { ...facts.updating }),
    en: 'Installing version {version}.',
    id: 'Memasang versi {version}.',
    action: {
      en: 'Leave the power on; it takes about {minutes} min.',
      id: 'Jangan cabut listrik; kira-kira {minutes} menit.',
    },
  },
  {
    code: 'storage-readonly',
    priority: 20,
    severity: 'down',
    lamps: { accept: 'no', send: 'no' },
    led: '7',
    hides: [[21, 24]],
    ...AT_ONCE,
    test: (facts) => when(facts.storage.state === 'read-only'),
    en: 'The SD card became read-only; new messages are refused.',
    id: 'Kartu SD hanya bisa dibaca; pesan baru ditolak.',
    action: {
      en: 'Download the support bundle, then replace the card.',
      id: 'Unduh berkas bantuan, lalu ganti kartu SD.',
    },
  },
  {
    code: 'storage-failing',
    priority: 21,
    severity: 'down',
    lamps: { accept: 'no', send: 'no' },
    led: '7',
    hides: [],
    ...AT_ONCE,
    test: (facts) => when(facts.storage.state === 'failing', { errors: facts.storage.errors }),
    en: 'The SD card fails (errors: {errors}); new messages are refused.',
    id: 'Kartu SD bermasalah (kesalahan: {errors}); pesan baru ditolak.',
    action: {
      en: 'Leave the power on; download the support bundle, replace the card.',
      id: 'Jangan matikan dulu; unduh berkas bantuan, ganti kartu SD.',
    },
  },
  {
    code: 'database-damaged',
    priority: 22,
    severity: 'down',
    lamps: { accept: 'no', send: 'no' },
    led: '7',
    hides: [],
    ...AT_ONCE,
    test: (facts) => when(facts.storage.state === 'damaged'),
    en: 'The message database is damaged; sending has stopped.',
    id: 'Database pesan rusak; pengiriman berhenti.',
    action: {
      en: 'Download the support bundle, then restart the box: it saves what can be saved.',
      id: 'Unduh berkas bantuan, lalu mulai ulang alat: yang bisa diselamatkan akan diselamatkan.',
    },
  },
  {
    code: 'database-missing',
    priority: 22,
    severity: 'down',
    lamps: { accept: 'no', send: 'no' },
    led: '7',
    hides: [],
    ...AT_ONCE,
    test: (facts) => when(facts.storage.state === 'missing'),
    en: 'The database file was deleted or replaced while in use.',
    id: 'Berkas database dihapus atau diganti saat dipakai.',
    action: {
      en: 'Save what is open (the log says how), put the file back, then restart pisang.',
      id: 'Selamatkan isinya (lihat log), kembalikan berkasnya, lalu mulai ulang pisang.',
    },
  },
  {
    code: 'database-newer',
    priority: 23,
    severity: 'down',
    lamps: { accept: 'no', send: 'no' },
    led: '7',
    hides: [],
    ...AT_ONCE,
    test: (facts) => when(facts.storage.state === 'newer'),
    en: 'The data was written by a newer version of the program.',
    id: 'Data ini ditulis oleh versi program yang lebih baru.',
    action: {
      en: 'Install the newer version again; nothing is lost.',
      id: 'Pasang lagi versi yang lebih baru; data tidak hilang.',
    },
  },
  {
    code: 'storage-full',
    priority: 24,
    severity: 'down',
    lamps: { accept: 'no' },
    led: '7',
    hides: [[77, 77]],
    ...AT_ONCE,
    test: (facts) =>
      when(
        facts.storage.state === 'full' ||
          (facts.storage.freeBytes !== null &&
            facts.storage.freeBytes <= facts.storage.reserveBytes),
      ),
    en: 'The disk is full; new messages are refused (507).',
    id: 'Penyimpanan penuh; pesan baru ditolak (507).',
    action: {
      en: 'Delete old files or use a bigger card.',
      id: 'Hapus berkas lama atau pakai kartu lebih besar.',
    },
  },
  {
    code: 'queue-full',
    priority: 25,
    severity: 'down',
    lamps: { accept: 'no' },
    led: '6',
    hides: [[62, 63]],
    ...USUAL,
    enterSeconds: 0,
    test: (facts) => when(facts.queue.depth >= facts.queue.limit, { depth: facts.queue.depth }),
    en: 'The queue is full ({depth}); new messages are refused (503).',
    id: 'Antrean penuh ({depth}); pesan baru ditolak (503).',
    action: {
      en: 'Look below for what slows sending down.',
      id: 'Lihat di bawah apa yang memperlambat pengiriman.',
    },
  },
  {
    code: 'worker-stopped',
    priority: 26,
    severity: 'down',
    lamps: { send: 'no', receive: 'no' },
    led: '6',
    hides: [
      [30, 60],
      [65, 67],
    ],
    enterSeconds: 0,
    leaveSeconds: 0,
    test: ({ worker, serviceUpSeconds }) =>
      when(
        worker.lastHeardAgeMs === null || !worker.reported
          ? serviceUpSeconds >= START_SECONDS
          : worker.lastHeardAgeMs > WORKER_SILENT_MS,
      ),
    en: 'The sending program is not running; messages are safe.',
    id: 'Program pengirim berhenti; pesan aman.',
    action: {
      en: 'Restart sending; if this comes back, send the support bundle.',
      id: 'Mulai ulang pengirim; jika terulang, kirim berkas bantuan.',
    },
  },
];

/** Priority 10 looks at what the others found, so it is tested after them. */
export const STARTING: ConditionSource = {
  code: 'starting',
  priority: 10,
  severity: 'info',
  lamps: { accept: 'limited', send: 'limited' },
  led: 'on',
  hides: [],
  enterSeconds: 0,
  leaveSeconds: 0,
  test: (facts, { shown }) =>
    when(
      facts.serviceUpSeconds < START_SECONDS &&
        !(facts.worker.reported && facts.modemWasAble) &&
        !facts.modems.some((modem) => isAble(modem.snapshot)) &&
        !shown.some((other) => other.severity === 'down'),
      { seconds: Math.max(1, Math.ceil(START_SECONDS - facts.serviceUpSeconds)) },
    ),
  en: 'Starting – ready in about {seconds} s.',
  id: 'Sedang menyala – siap kira-kira {seconds} detik lagi.',
  action: { en: 'Wait; leave the power on.', id: 'Tunggu; jangan cabut listrik.' },
};
