import type { BoxFacts, UnitFacts } from './unit-facts.ts';

export type Language = 'en' | 'id';
export type Words = Readonly<Record<Language, string>>;

/** What the page says: how bad it is, what systemd found, and what to do. */
export interface Reason {
  /** `down`: a fault. `info`: it is under way or wanted. */
  readonly severity: 'down' | 'info';
  readonly title: Words;
  readonly action: Words;
  /** What systemd says, as a sentence. */
  readonly said: Words;
}

const STOPPED: Words = {
  en: 'The request service has stopped; stored messages are safe.',
  id: 'Layanan penerima berhenti; pesan tersimpan aman.',
};
const BY_ITSELF: Words = {
  en: 'Wait 1 min: it is started again by itself. If this page stays, switch the power off for 10 s.',
  id: 'Tunggu 1 menit: layanan dimulai lagi sendiri. Jika halaman ini tetap ada, matikan listrik 10 detik.',
};
const WAIT: Words = {
  en: 'Wait; leave the power on. Then open this page again.',
  id: 'Tunggu; jangan cabut listrik. Lalu buka halaman ini lagi.',
};

/** From the cause to its effects: the first that holds is the one to tell. */
export function reasonOf(facts: BoxFacts): Reason {
  return (
    unusableCard(facts) ??
    underWay(facts) ??
    unmarkedTrial(facts) ??
    atRest(facts.api) ?? {
      severity: 'down',
      title: STOPPED,
      action: BY_ITSELF,
      said: howItEnded(facts.api),
    }
  );
}

/** The mount fails or is never tried when the card, its table or its file system is damaged. */
function unusableCard({ data }: BoxFacts): Reason | null {
  if (data.active !== 'failed' && data.active !== 'inactive') {
    return null;
  }
  return {
    severity: 'down',
    title: {
      en: 'The data on the SD card cannot be opened; nothing is accepted or sent.',
      id: 'Data di kartu SD tidak bisa dibuka; pesan tidak diterima dan tidak dikirim.',
    },
    action: {
      en: 'Switch the power off for 10 s. If this comes back, replace the card, and keep the old one.',
      id: 'Matikan listrik 10 detik. Jika terulang, ganti kartunya; simpan kartu yang lama.',
    },
    said: {
      en: `The data partition is not mounted (${data.result}).`,
      id: `Partisi data tidak terpasang (${data.result}).`,
    },
  };
}

function underWay({ api, migrate, provision }: BoxFacts): Reason | null {
  const starting = (said: Words): Reason => ({
    severity: 'info',
    title: { en: 'Starting; not ready yet.', id: 'Sedang menyala; belum siap.' },
    action: WAIT,
    said,
  });
  if (migrate.active === 'activating') {
    return starting({
      en: 'The message database is being brought to this version. With many messages that takes minutes.',
      id: 'Database pesan sedang disesuaikan dengan versi ini. Kalau pesannya banyak, butuh beberapa menit.',
    });
  }
  if (provision.active === 'activating') {
    return starting({
      en: 'The files on the card partition PISANG are being taken.',
      id: 'Berkas di partisi kartu PISANG sedang diambil.',
    });
  }
  if (api.active === 'activating' && api.sub.startsWith('start') && api.restarts === 0) {
    return starting({
      en: 'The program pisang-api is being started.',
      id: 'Program pisang-api sedang dimulai.',
    });
  }
  return api.active === 'active' || api.active === 'reloading'
    ? starting({ en: 'The program pisang-api runs.', id: 'Program pisang-api berjalan.' })
    : null;
}

/** The API must not start then: what it took would be lost when the box goes back. */
function unmarkedTrial({ trial }: BoxFacts): Reason | null {
  return trial.active !== 'failed'
    ? null
    : {
        severity: 'down',
        title: STOPPED,
        action: {
          en: 'Wait up to 15 min: the box goes back to the version before by itself.',
          id: 'Tunggu sampai 15 menit: alat kembali sendiri ke versi sebelumnya.',
        },
        said: {
          en: 'The trial of the new version could not be begun (pisang-trial failed).',
          id: 'Masa coba versi baru tidak bisa dimulai (pisang-trial gagal).',
        },
      };
}

/** Ended without a fault and not to be started again: somebody stopped it. */
function atRest(api: UnitFacts): Reason | null {
  return api.active !== 'inactive' || api.result !== 'success'
    ? null
    : {
        severity: 'down',
        title: STOPPED,
        action: {
          en: 'Start it: systemctl start pisang.target, or switch the power off for 10 s.',
          id: 'Mulai dengan: systemctl start pisang.target, atau matikan listrik 10 detik.',
        },
        said: {
          en: 'The program pisang-api was stopped on purpose, or waits for another part of the box.',
          id: 'Program pisang-api dihentikan dengan sengaja, atau menunggu bagian lain dari alat ini.',
        },
      };
}

function howItEnded(api: UnitFacts): Words {
  if (api.active === 'activating' && api.sub.startsWith('start')) {
    return {
      en: `The program pisang-api is being started again; it stopped ${api.restarts} times so far.`,
      id: `Program pisang-api sedang dimulai lagi; sudah ${api.restarts} kali berhenti.`,
    };
  }
  const ended = ENDINGS[api.result]?.(api.status) ?? {
    en: `did not start (${api.result})`,
    id: `tidak bisa dimulai (${api.result})`,
  };
  const again =
    api.restarts === 0
      ? { en: '', id: '' }
      : {
          en: ` It was started again ${api.restarts} times so far.`,
          id: ` Sudah ${api.restarts} kali dimulai lagi.`,
        };
  return {
    en: `The program pisang-api ${ended.en}.${again.en}`,
    id: `Program pisang-api ${ended.id}.${again.id}`,
  };
}

/** `Result=` of a service; systemd.exec(5), "Environment variables set on service". */
const ENDINGS: Readonly<Record<string, (status: number | null) => Words>> = {
  success: () => ({ en: 'ended by itself', id: 'berhenti sendiri' }),
  'exit-code': (status) => ({
    en: `ended with the error code ${status ?? '?'}`,
    id: `berhenti dengan kode kesalahan ${status ?? '?'}`,
  }),
  signal: (status) => ({
    en: `was ended from outside (signal ${status ?? '?'})`,
    id: `dihentikan dari luar (sinyal ${status ?? '?'})`,
  }),
  'core-dump': (status) => ({
    en: `crashed (signal ${status ?? '?'})`,
    id: `macet mendadak (sinyal ${status ?? '?'})`,
  }),
  watchdog: () => ({
    en: 'gave no sign for a minute and was ended',
    id: 'tidak memberi tanda selama semenit dan dihentikan',
  }),
  'oom-kill': () => ({
    en: 'was ended because memory ran out',
    id: 'dihentikan karena memori habis',
  }),
  timeout: () => ({
    en: 'took too long to start or stop and was ended',
    id: 'terlalu lama mulai atau berhenti, lalu dihentikan',
  }),
};
