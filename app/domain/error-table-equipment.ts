import { type ErrorRows, row } from './error-table-entry.ts';
import * as REMEDY from './error-table-remedies.ts';

/** `+CMS ERROR` 300–511 (27.005 §3.2.5) and, from 512, what vendors made of their own range. */
export const EQUIPMENT_ERRORS: ErrorRows = {
  300: row('reinit', 'The modem has a fault', 'Modem mengalami kesalahan', REMEDY.restartModem),
  301: row(
    'reinit',
    'Another program uses the SMS service',
    'Program lain memakai layanan SMS modem',
    REMEDY.otherProgram,
  ),
  302: row(
    'reinit',
    'The modem does not allow it now',
    'Modem belum mengizinkan sekarang',
    REMEDY.restartModem,
  ),
  303: row(
    'later',
    'The modem cannot do this',
    'Modem tidak bisa melakukan ini',
    REMEDY.otherModem,
  ),
  304: row(
    'format',
    'The modem refused the message format',
    'Format pesan ditolak modem',
    REMEDY.bundle,
  ),
  305: row(
    'format',
    'The modem refused the text format',
    'Format teks ditolak modem',
    REMEDY.bundle,
  ),
  310: row('operator', 'No SIM card in the modem', 'Kartu SIM belum terpasang', REMEDY.insertSim),
  311: row('operator', 'The SIM asks for its PIN', 'SIM meminta PIN', REMEDY.enterPin),
  312: row(
    'operator',
    'The modem is locked to another SIM',
    'Modem terkunci ke SIM lain',
    REMEDY.enterPin,
  ),
  313: row('operator', 'The SIM cannot be read', 'Kartu SIM tidak terbaca', REMEDY.cleanSim),
  314: row('wait', 'The SIM is busy', 'Kartu SIM sedang sibuk', REMEDY.simWait),
  315: row(
    'operator',
    'This SIM does not fit the modem',
    'Kartu SIM tidak cocok dengan modem',
    REMEDY.cleanSim,
  ),
  316: row(
    'operator',
    'The SIM is locked and asks for the PUK',
    'SIM terkunci dan meminta PUK',
    REMEDY.enterPuk,
  ),
  317: row('operator', 'The SIM asks for PIN2', 'SIM meminta PIN2', REMEDY.enterPin),
  318: row('operator', 'The SIM asks for PUK2', 'SIM meminta PUK2', REMEDY.enterPuk),
  320: row(
    'reinit',
    'The memory of the modem has a fault',
    'Memori modem mengalami kesalahan',
    REMEDY.restartModem,
  ),
  321: row('reinit', 'The memory slot is empty', 'Tempat memori kosong', REMEDY.none),
  322: row('wait', 'The SMS memory of the SIM is full', 'Memori SMS di SIM penuh', REMEDY.purge),
  330: row(
    'operator',
    'The SMS centre number is missing',
    'Nomor SMS center kosong',
    REMEDY.setSmsc,
  ),
  331: row('noService', 'No network', 'Tidak ada jaringan', REMEDY.antenna),
  332: row(
    'unknown',
    'The network did not answer in time',
    'Jaringan tidak menjawab tepat waktu',
    REMEDY.decide,
  ),
  340: row(
    'reinit',
    'The modem expected no acknowledgement',
    'Modem tidak menunggu konfirmasi',
    REMEDY.none,
  ),
  500: row('unknown', 'Unnamed fault of the modem', 'Kesalahan modem tanpa nama', REMEDY.decide),

  512: row(
    'later',
    'No connection to the network, weak signal',
    'Gagal tersambung ke jaringan, sinyal lemah',
    REMEDY.antenna,
  ),
  513: row(
    'unknown',
    'The radio link broke before the answer',
    'Sambungan radio putus sebelum ada jawaban',
    REMEDY.decide,
  ),
  514: row('later', 'The network is overloaded', 'Jaringan padat', REMEDY.waits),
  515: row('wait', 'The modem is still starting', 'Modem masih menyala', REMEDY.waits),
  516: row(
    'format',
    'The modem refused the length of the message',
    'Panjang pesan ditolak modem',
    REMEDY.bundle,
  ),
  517: row(
    'format',
    'The modem refused a character of the message',
    'Ada karakter pesan yang ditolak modem',
    REMEDY.bundle,
  ),
  519: row(
    'format',
    'The modem refused a length or a character',
    'Panjang atau karakter ditolak modem',
    REMEDY.bundle,
  ),
  520: row(
    'format',
    'The modem refused a character of the text',
    'Ada karakter teks yang ditolak modem',
    REMEDY.bundle,
  ),
  521: row('unknown', 'A timer of the modem ran out', 'Batas waktu modem habis', REMEDY.decide),
  532: row('wait', 'The SIM is not ready yet', 'Kartu SIM belum siap', REMEDY.simWait),
  535: row('wait', 'The modem is busy', 'Modem sedang sibuk', REMEDY.waits),
  538: row('format', 'The modem refused a parameter', 'Parameter ditolak modem', REMEDY.bundle),
  549: row(
    'format',
    'The modem refused the length of the PDU',
    'Panjang PDU ditolak modem',
    REMEDY.bundle,
  ),
  550: row('format', 'The modem refused the kind of PDU', 'Jenis PDU ditolak modem', REMEDY.bundle),
  551: row(
    'format',
    'The modem refused the number in the PDU',
    'Nomor di PDU ditolak modem',
    REMEDY.bundle,
  ),
  553: row(
    'format',
    'The modem refused the text length in the PDU',
    'Panjang teks di PDU ditolak modem',
    REMEDY.bundle,
  ),
  554: row(
    'format',
    'The modem refused the SMS centre in the PDU',
    'SMS center di PDU ditolak modem',
    REMEDY.smsc,
  ),
  615: row('laterDoubtful', 'The network has a fault', 'Jaringan gangguan', REMEDY.antenna),
  616: row('laterDoubtful', 'The network is down', 'Jaringan mati', REMEDY.antenna),
  764: row(
    'format',
    'The modem misses a value',
    'Ada nilai yang kurang menurut modem',
    REMEDY.bundle,
  ),
  765: row('format', 'The modem refused a value', 'Ada nilai yang ditolak modem', REMEDY.bundle),
  767: row(
    'unknown',
    'The modem says only that it failed',
    'Modem hanya melapor gagal',
    REMEDY.decide,
  ),
  770: row(
    'operator',
    'The network rejects this SIM',
    'Jaringan menolak kartu SIM ini',
    REMEDY.activate,
  ),
  772: row('reinit', 'The SIM has no power', 'Kartu SIM tidak mendapat daya', REMEDY.cleanSim),
};

/**
 * 512–515 as a second group of vendors uses them. The stored code gets the ending `-alt`, so that
 * a later reader of the code needs no modem to know the meaning.
 */
export const ALTERNATIVE_EQUIPMENT_ERRORS: ErrorRows = {
  512: row(
    'reinit',
    'The modem says that it was told to stop',
    'Modem melapor pengiriman dihentikan',
    REMEDY.restartModem,
  ),
  513: row(
    'wait',
    'The modem could not store the message',
    'Modem gagal menyimpan pesan',
    REMEDY.purge,
  ),
  514: row(
    'reinit',
    'The modem refused the state of the message',
    'Keadaan pesan ditolak modem',
    REMEDY.restartModem,
  ),
  515: row(
    'number',
    'The modem refused a character of the number',
    'Ada karakter nomor yang ditolak modem',
    REMEDY.checkNumber,
  ),
};

/** Beginnings of family names (see `ModemSnapshot.family`) with the second meaning of 512–515. */
export const ALTERNATIVE_FAMILIES: readonly string[] = ['simcom', 'sim800', 'sim900', 'quectel-m'];
