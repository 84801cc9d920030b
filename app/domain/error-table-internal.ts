import { type ErrorRows, row } from './error-table-entry.ts';
import * as REMEDY from './error-table-remedies.ts';

/** What the gateway itself finds out, without a number from the modem. */
export const INTERNAL_ERRORS: ErrorRows = {
  // Before Ctrl-Z: certainly not sent.
  'no-prompt': row(
    'unsent',
    'The modem did not ask for the message',
    'Modem tidak meminta isi pesan',
    REMEDY.restartModem,
  ),
  'link-lost': row(
    'unsent',
    'The connection to the modem broke',
    'Sambungan ke modem putus',
    REMEDY.replug,
  ),
  'modem-reset': row(
    'unsent',
    'The modem restarted before it had the message',
    'Modem mulai ulang sebelum menerima pesan',
    REMEDY.waits,
  ),
  'modem-silent': row(
    'unsent',
    'The modem does not answer',
    'Modem tidak menjawab',
    REMEDY.restartModem,
  ),
  'modem-not-ready': row('unsent', 'The modem is not ready', 'Modem belum siap', REMEDY.waits),
  'hand-over-too-slow': row(
    'unsent',
    'Saving took too long; the message was not handed over',
    'Penyimpanan terlalu lama; pesan belum diserahkan',
    REMEDY.slowCard,
  ),
  'storage-failing': row(
    'unsent',
    'The hand-over could not be saved',
    'Penyerahan pesan gagal disimpan',
    REMEDY.bundle,
  ),
  'not-registered': row(
    'noService',
    'Not connected to an operator',
    'Belum terhubung ke operator',
    REMEDY.antenna,
  ),
  interrupted: row(
    'unsent',
    'Sending was interrupted before the hand-over',
    'Pengiriman terputus sebelum diserahkan',
    REMEDY.none,
  ),

  // After Ctrl-Z: the network may have taken it.
  'no-answer': row(
    'unknown',
    'Handed to the modem, no answer',
    'Sudah diserahkan ke modem, tanpa jawaban',
    REMEDY.decide,
  ),
  'bare-error': row(
    'unknown',
    'The modem gave an error without a reason',
    'Modem melapor gagal tanpa alasan',
    REMEDY.decide,
  ),
  'link-lost-after-hand-over': row(
    'unknown',
    'The connection broke after the hand-over',
    'Sambungan putus setelah diserahkan',
    REMEDY.decide,
  ),
  'modem-reset-after-hand-over': row(
    'unknown',
    'The modem restarted after the hand-over',
    'Modem mulai ulang setelah diserahkan',
    REMEDY.decide,
  ),
  'interrupted-after-hand-over': row(
    'unknown',
    'The program stopped after the hand-over',
    'Program berhenti setelah diserahkan',
    REMEDY.decide,
  ),

  // The end of a message without a new refusal.
  'attempts-exhausted': row(
    'ended',
    'All attempts are used up',
    'Semua percobaan sudah habis',
    REMEDY.sendAgain,
  ),
  'validity-expired': row(
    'ended',
    'Its time ran out before it could be sent',
    'Waktunya habis sebelum sempat dikirim',
    REMEDY.sendAgain,
  ),
  canceled: row('ended', 'Canceled', 'Dibatalkan', REMEDY.none),
  'text-invalid': row(
    'format',
    'The text cannot be sent as asked',
    'Teks tidak bisa dikirim seperti diminta',
    REMEDY.shorten,
  ),
  'number-invalid': row(
    'number',
    'The number cannot be dialled',
    'Nomor tidak bisa dihubungi',
    REMEDY.checkNumber,
  ),

  // From delivery reports (23.040 §9.2.3.15).
  'not-delivered': row(
    'number',
    'The network gave up delivering it',
    'Jaringan berhenti mengantar pesan',
    REMEDY.recipientOff,
  ),
  'delivery-expired': row(
    'number',
    'The phone was not reached in time',
    'HP tujuan tidak terjangkau sampai batas waktu',
    REMEDY.recipientOff,
  ),

  // Operator limits found by the worker.
  'operator-suspected': row(
    'operator',
    'The operator refuses SMS in a row',
    'Operator menolak SMS berturut-turut',
    REMEDY.topUp,
  ),
  'daily-cap': row(
    'operator',
    'The limit of this SIM for a day is reached',
    'Batas SMS sehari untuk SIM ini tercapai',
    REMEDY.none,
  ),
  'roaming-not-allowed': row(
    'operator',
    'Sending waits while roaming',
    'Pengiriman ditahan selama roaming',
    REMEDY.none,
  ),
};
