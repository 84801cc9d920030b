import { type ErrorRows, row } from './error-table-entry.ts';
import * as REMEDY from './error-table-remedies.ts';

/** `+CMS ERROR` 128–255: the TP-FCS of the service centre (23.040 §9.2.3.22). */
export const SERVICE_CENTRE_ERRORS: ErrorRows = {
  128: row(
    'format',
    'The SMS centre refused the protocol number',
    'SMS center menolak nomor protokol',
    REMEDY.bundle,
  ),
  129: row('format', 'Silent SMS is not supported', 'SMS senyap tidak didukung', REMEDY.bundle),
  130: row(
    'format',
    'The earlier SMS cannot be replaced',
    'SMS lama tidak bisa diganti',
    REMEDY.bundle,
  ),
  143: row(
    'format',
    'The SMS centre refused the protocol field',
    'SMS center menolak isian protokol',
    REMEDY.bundle,
  ),
  144: row(
    'format',
    'The SMS centre does not know this alphabet',
    'SMS center tidak mengenal pengodean ini',
    REMEDY.shorten,
  ),
  145: row(
    'format',
    'The SMS centre does not know this message class',
    'SMS center tidak mengenal kelas pesan ini',
    REMEDY.bundle,
  ),
  159: row(
    'format',
    'The SMS centre refused the coding field',
    'SMS center menolak isian pengodean',
    REMEDY.bundle,
  ),
  160: row(
    'format',
    'The SMS centre cannot do this command',
    'SMS center tidak bisa perintah ini',
    REMEDY.bundle,
  ),
  161: row(
    'format',
    'The SMS centre does not know this command',
    'SMS center tidak mengenal perintah ini',
    REMEDY.bundle,
  ),
  175: row(
    'format',
    'The SMS centre refused the command',
    'SMS center menolak perintah',
    REMEDY.bundle,
  ),
  176: row(
    'format',
    'The SMS centre does not take this message',
    'SMS center tidak menerima jenis pesan ini',
    REMEDY.bundle,
  ),
  192: row('soon', 'The SMS centre is busy', 'SMS center sibuk', REMEDY.waits),
  193: row(
    'operator',
    'The SMS centre does not serve this SIM',
    'SMS center tidak melayani SIM ini',
    REMEDY.smsc,
  ),
  194: row('later', 'The SMS centre has a fault', 'SMS center gangguan', REMEDY.waits),
  195: row(
    'number',
    'The SMS centre refused the number',
    'Nomor tujuan ditolak SMS center',
    REMEDY.checkNumber,
  ),
  196: row(
    'number',
    'SMS to this number is barred',
    'SMS ke nomor ini diblokir',
    REMEDY.recipientBars,
  ),
  197: row(
    'sent',
    'An earlier try had already been accepted',
    'Kiriman sebelumnya sudah diterima',
    REMEDY.none,
  ),
  198: row(
    'format',
    'The SMS centre refused the kind of validity',
    'Jenis masa berlaku ditolak SMS center',
    REMEDY.bundle,
  ),
  199: row(
    'format',
    'The SMS centre refused the validity',
    'Masa berlaku ditolak SMS center',
    REMEDY.bundle,
  ),
  208: row('wait', 'The SMS memory of the SIM is full', 'Memori SMS di SIM penuh', REMEDY.purge),
  209: row(
    'reinit',
    'The SIM has no SMS memory',
    'SIM tidak punya memori SMS',
    REMEDY.restartModem,
  ),
  210: row(
    'reinit',
    'The modem reports a fault of its own',
    'Modem melaporkan kesalahan sendiri',
    REMEDY.restartModem,
  ),
  211: row('wait', 'The SMS memory is full', 'Memori SMS penuh', REMEDY.purge),
  212: row(
    'reinit',
    'The SIM application is busy',
    'Aplikasi di SIM sedang sibuk',
    REMEDY.restartModem,
  ),
  213: row('reinit', 'The SIM could not take data', 'SIM gagal menerima data', REMEDY.restartModem),
  255: row(
    'unknown',
    'The SMS centre gave no reason',
    'SMS center tidak memberi alasan',
    REMEDY.decide,
  ),
};
