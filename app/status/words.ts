import type { Severity } from '../domain/conditions/condition.ts';
import type { Language } from '../domain/conditions/format.ts';
import type { Lamp } from '../domain/conditions/verdict.ts';
import type { Bilingual, ErrorClass } from '../domain/error-table.ts';
import type { MessageStatus } from '../domain/message.ts';
import type { ModemState, Registration, SimState } from '../domain/modem-snapshot.ts';

function both(en: string, id: string): Bilingual {
  return { en, id };
}

/** Every word of the page that is not a condition. */
export const WORDS: Readonly<Record<WordKey, Bilingual>> = {
  accepts: both('Accepts requests', 'Terima permintaan'),
  also: both('Also', 'Juga'),
  arrivals: both('in per min', 'masuk per mnt'),
  backingOff: both('try again later', 'dicoba lagi nanti'),
  backlog: both('backlog', 'antrean koneksi'),
  box: both('Box', 'Alat'),
  capacity: both('Capacity', 'Kapasitas'),
  card: both('Card', 'Kartu'),
  cardWear: both('Card wear (estimate)', 'Keausan kartu (perkiraan)'),
  cell: both('cell', 'sel'),
  clock: both('Clock', 'Jam'),
  clockNotSet: both('clock not set', 'jam belum benar'),
  clockSet: both('set', 'benar'),
  commit: both('Commit p50 / p99', 'Simpan p50 / p99'),
  connections: both('Connections', 'Koneksi'),
  demo: both('DEMO – simulated modem, no real SMS', 'DEMO – modem simulasi, bukan SMS asli'),
  departures: both('out per min', 'keluar per mnt'),
  diskFree: both('Disk free', 'Sisa penyimpanan'),
  done: both('done in about', 'selesai ±'),
  etaUnknown: both(
    'cannot say: nothing is being sent',
    'belum bisa dihitung: tidak ada yang terkirim',
  ),
  files: both('Open files', 'Berkas terbuka'),
  help: both('Help: API guide', 'Bantuan: panduan API'),
  hourMinMax: both('last hour', 'satu jam terakhir'),
  lastAnswer: both('answered', 'menjawab'),
  ago: both('ago', 'lalu'),
  lastError: both('Last error', 'Kesalahan terakhir'),
  lastMessages: both('Last messages', 'Pesan terakhir'),
  loopDelay: both('Event-loop delay p99', 'Jeda program p99'),
  memoryFree: both('Memory free', 'Sisa memori'),
  messages: both('messages', 'pesan'),
  modem: both('Modem', 'Modem'),
  modemTitle: both('Modem', 'Modem'),
  more: both('more', 'lagi'),
  network: both('Network', 'Jaringan'),
  noError: both('No error since the start.', 'Tidak ada kesalahan sejak menyala.'),
  noMessages: both('No SMS yet. Send a test SMS.', 'Belum ada SMS. Kirim SMS uji.'),
  noModems: both('No news of any modem.', 'Belum ada kabar dari modem.'),
  notMeasured: both('not measured on this board', 'tidak diukur di papan ini'),
  notProven: both(
    'Not measured on this box – run the capacity test.',
    'Belum diukur di alat ini – jalankan uji kapasitas.',
  ),
  oldest: both('oldest', 'tertua'),
  pageOff: both('The status page is switched off.', 'Halaman status dimatikan.'),
  paper: both(
    'Original paper: 252 at once, 200 of them failed.',
    'Makalah asli: 252 sekaligus, 200 di antaranya gagal.',
  ),
  parts: both('SMS parts', 'bagian SMS'),
  perSecond: both('Requests per s', 'Permintaan per dtk'),
  pinTries: both('PIN tries left', 'sisa percobaan PIN'),
  queue: both('Queue', 'Antrean'),
  queueChart: both('Queue, last 60 minutes', 'Antrean, 60 menit terakhir'),
  chartLater: both('Chart starts after 2 minutes.', 'Grafik mulai setelah 2 menit.'),
  radio: both('Signal and SIM', 'Sinyal dan SIM'),
  receives: both('Receives SMS', 'Terima SMS'),
  recipient: both('Recipient', 'Tujuan'),
  recoveries: both('Hung in 7 days', 'Macet 7 hari'),
  refresh: both('Refresh', 'Segarkan'),
  rejectedInRow: both('Rejected in a row', 'Ditolak berturut-turut'),
  scheduled: both('scheduled', 'terjadwal'),
  sending: both('sending', 'sedang dikirim'),
  sends: both('Sends SMS', 'Kirim SMS'),
  sendTime: both('Send time p50 / p95', 'Lama kirim p50 / p95'),
  sentToday: both('Sent in 24 h', 'Terkirim 24 jam'),
  simStorage: both('SIM memory', 'Memori SIM'),
  simulated: both('simulated', 'simulasi'),
  since: both('since', 'sejak'),
  smsc: both('SMS centre', 'SMS center'),
  state: both('State', 'Keadaan'),
  temperature: both('Temperature', 'Suhu'),
  time: both('Time', 'Waktu'),
  today: both('today', 'hari ini'),
  uncertain: both('uncertain', 'belum pasti'),
  unknown: both('unknown', 'tidak diketahui'),
  lastStart: both('Started after', 'Menyala setelah'),
  uncleanStops: both('unclean stops in 7 days', 'kali mati mendadak dalam 7 hari'),
  uptime: both('up', 'menyala'),
  version: both('Version', 'Versi'),
  voltage: both('Supply', 'Tegangan'),
  autoRefresh: both('every 30 s', 'tiap 30 dtk'),
};
export type WordKey =
  | 'accepts'
  | 'also'
  | 'arrivals'
  | 'backingOff'
  | 'backlog'
  | 'box'
  | 'capacity'
  | 'cell'
  | 'clock'
  | 'clockNotSet'
  | 'clockSet'
  | 'commit'
  | 'connections'
  | 'demo'
  | 'departures'
  | 'diskFree'
  | 'done'
  | 'etaUnknown'
  | 'files'
  | 'help'
  | 'hourMinMax'
  | 'lastAnswer'
  | 'ago'
  | 'lastError'
  | 'lastMessages'
  | 'loopDelay'
  | 'memoryFree'
  | 'messages'
  | 'modem'
  | 'modemTitle'
  | 'more'
  | 'network'
  | 'noError'
  | 'noMessages'
  | 'noModems'
  | 'notMeasured'
  | 'notProven'
  | 'oldest'
  | 'pageOff'
  | 'paper'
  | 'parts'
  | 'perSecond'
  | 'pinTries'
  | 'queue'
  | 'queueChart'
  | 'chartLater'
  | 'radio'
  | 'receives'
  | 'recipient'
  | 'recoveries'
  | 'refresh'
  | 'rejectedInRow'
  | 'scheduled'
  | 'sending'
  | 'sends'
  | 'sendTime'
  | 'sentToday'
  | 'simStorage'
  | 'simulated'
  | 'since'
  | 'smsc'
  | 'state'
  | 'temperature'
  | 'time'
  | 'today'
  | 'uncertain'
  | 'unknown'
  | 'card'
  | 'cardWear'
  | 'lastStart'
  | 'uncleanStops'
  | 'uptime'
  | 'version'
  | 'voltage'
  | 'autoRefresh';

export function say(key: WordKey, lang: Language): string {
  return WORDS[key][lang];
}

export const SEVERITY_WORDS: Readonly<Record<Severity, Bilingual>> = {
  down: both('DOWN', 'MATI'),
  degraded: both('WARNING', 'PERINGATAN'),
  info: both('NOTE', 'CATATAN'),
  ok: both('OK', 'OK'),
};

export const LAMP_WORDS: Readonly<Record<Lamp, Bilingual>> = {
  yes: both('yes', 'ya'),
  limited: both('limited', 'terbatas'),
  no: both('no', 'tidak'),
  unknown: both('unknown', 'belum tahu'),
};

export const MESSAGE_WORDS: Readonly<Record<MessageStatus, Bilingual>> = {
  scheduled: both('scheduled', 'terjadwal'),
  queued: both('queued', 'antre'),
  sending: both('sending', 'sedang dikirim'),
  sent: both('sent', 'terkirim'),
  delivered: both('delivered', 'sampai'),
  undelivered: both('not delivered', 'tidak sampai'),
  failed: both('failed', 'gagal'),
  expired: both('expired', 'kedaluwarsa'),
  canceled: both('canceled', 'batal'),
  uncertain: both('uncertain', 'belum pasti'),
};

export const MODEM_WORDS: Readonly<Record<ModemState, Bilingual>> = {
  ready: both('ready', 'siap'),
  starting: both('starting', 'sedang menyala'),
  recovering: both('being restarted', 'sedang dimulai ulang'),
  silent: both('no answer', 'tidak menjawab'),
  absent: both('not found', 'tidak ditemukan'),
  failed: both('failed', 'rusak'),
};

export const SIM_WORDS: Readonly<Record<SimState, Bilingual>> = {
  ready: both('ready', 'siap'),
  missing: both('missing', 'tidak ada'),
  pin: both('asks for its PIN', 'minta PIN'),
  puk: both('asks for its PUK', 'minta PUK'),
  blocked: both('blocked', 'terblokir'),
  failure: both('cannot be read', 'tidak terbaca'),
  unknown: both('unknown', 'belum tahu'),
};

export const REGISTRATION_WORDS: Readonly<Record<Registration, Bilingual>> = {
  home: both('home', 'jaringan sendiri'),
  roaming: both('roaming', 'roaming'),
  searching: both('searching', 'mencari'),
  denied: both('refused', 'ditolak'),
  off: both('not connected', 'tidak terhubung'),
  'sms-only': both('SMS only', 'hanya SMS'),
  emergency: both('emergency only', 'hanya darurat'),
  unknown: both('unknown', 'belum tahu'),
};

export const CLASS_WORDS: Readonly<Record<ErrorClass, Bilingual>> = {
  retry: both('is tried again', 'dicoba lagi'),
  number: both('this number only', 'hanya nomor ini'),
  operator: both('operator or SIM', 'operator atau SIM'),
  modem: both('modem', 'modem'),
  'unknown-outcome': both('outcome unknown', 'hasil belum pasti'),
};

/** Words for 0–5 bars. */
export const SIGNAL_WORDS: readonly Bilingual[] = [
  both('none', 'tidak ada'),
  both('very weak', 'sangat lemah'),
  both('weak', 'lemah'),
  both('fair', 'cukup'),
  both('good', 'baik'),
  both('very good', 'sangat baik'),
];

/** Why the box started; a reason that is not known here is shown as it is. */
export const START_WORDS: Readonly<Record<string, Bilingual>> = {
  'power-cut': both('a power cut', 'listrik putus'),
  update: both('an update', 'pembaruan'),
  watchdog: both('a hang (watchdog)', 'macet (watchdog)'),
  person: both('an orderly stop', 'dimatikan dengan benar'),
  crash: both('a crash', 'galat sistem'),
};
