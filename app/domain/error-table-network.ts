import { type ErrorRows, row } from './error-table-entry.ts';
import * as REMEDY from './error-table-remedies.ts';

/** `+CMS ERROR` 1–127: the RP-cause of the network (24.011 §8.2.5.4). */
export const NETWORK_ERRORS: ErrorRows = {
  1: row('number', 'The number does not exist', 'Nomor tidak ada', REMEDY.checkNumber),
  8: row(
    'operator',
    'The operator bars SMS from this SIM',
    'Operator memblokir SMS dari SIM ini',
    REMEDY.unbar,
  ),
  10: row(
    'operator',
    'Outgoing SMS is blocked on this SIM',
    'SMS keluar diblokir di SIM ini',
    REMEDY.unbar,
  ),
  17: row('later', 'Fault inside the network', 'Gangguan di dalam jaringan', REMEDY.waits),
  21: row(
    'operator',
    'The operator rejected the SMS, often no credit',
    'SMS ditolak operator, sering karena pulsa habis',
    REMEDY.topUp,
  ),
  22: row(
    'later',
    'The network is busy or the phone is full',
    'Jaringan sibuk atau memori HP tujuan penuh',
    REMEDY.waits,
  ),
  27: row(
    'later',
    'The recipient cannot be reached',
    'Nomor tujuan tidak bisa dihubungi',
    REMEDY.recipientOff,
  ),
  28: row(
    'operator',
    'The operator does not know this SIM',
    'SIM tidak dikenal operator',
    REMEDY.activate,
  ),
  29: row(
    'operator',
    'SMS is not active on this SIM, or no credit',
    'Layanan SMS belum aktif di SIM ini, atau pulsa habis',
    REMEDY.unbar,
  ),
  30: row(
    'operator',
    'SIM or number unknown to the operator',
    'SIM atau nomor tidak dikenal operator',
    REMEDY.activate,
  ),
  38: row(
    'laterDoubtful',
    'The network is out of order, often no credit',
    'Jaringan gangguan, sering karena pulsa habis',
    REMEDY.pathOrCredit,
  ),
  41: row(
    'laterDoubtful',
    'Passing fault of the network',
    'Gangguan jaringan sementara',
    REMEDY.waits,
  ),
  42: row('laterDoubtful', 'The network is overloaded', 'Jaringan padat', REMEDY.waits),
  47: row(
    'laterDoubtful',
    'The network has no free channel',
    'Jaringan tidak punya kanal kosong',
    REMEDY.waits,
  ),
  50: row(
    'operator',
    'The plan of this SIM has no SMS, or no credit',
    'Paket SIM ini tanpa SMS, atau pulsa habis',
    REMEDY.unbar,
  ),
  69: row(
    'operator',
    'The network does not offer this kind of SMS',
    'Jaringan tidak menyediakan jenis SMS ini',
    REMEDY.activate,
  ),
  81: row(
    'soon',
    'The network lost track of the transfer',
    'Jaringan kehilangan urutan pengiriman',
    REMEDY.waits,
  ),
  95: row(
    'format',
    'The network refused the message format',
    'Format pesan ditolak jaringan',
    REMEDY.bundle,
  ),
  96: row(
    'reinit',
    'The network misses a field of the message',
    'Ada isian pesan yang kurang menurut jaringan',
    REMEDY.smsc,
  ),
  97: row(
    'reinit',
    'The network does not know this message type',
    'Jenis pesan tidak dikenal jaringan',
    REMEDY.smsc,
  ),
  98: row(
    'format',
    'The message does not fit the state of the network',
    'Pesan tidak cocok dengan keadaan jaringan',
    REMEDY.bundle,
  ),
  99: row(
    'format',
    'The network does not know a field of the message',
    'Ada isian pesan yang tidak dikenal jaringan',
    REMEDY.bundle,
  ),
  111: row(
    'reinit',
    'Protocol error, usually a wrong SMS centre number',
    'Kesalahan protokol, biasanya nomor SMS center salah',
    REMEDY.smsc,
  ),
  127: row(
    'laterDoubtful',
    'Fault in another network, no reason given',
    'Gangguan di jaringan lain, tanpa alasan',
    REMEDY.waits,
  ),
};
