import type { Bilingual } from './error-table-entry.ts';

function say(en: string, id: string): Bilingual {
  return { en, id };
}

// What a technician does about it; many codes share one remedy.

export const none: Bilingual = say('Nothing to do.', 'Tidak perlu apa-apa.');
export const waits: Bilingual = say(
  'Wait; it is tried again by itself. Check the signal if it keeps happening.',
  'Tunggu; dicoba lagi sendiri. Cek sinyal bila terus terjadi.',
);
export const recipientOff: Bilingual = say(
  'The phone is probably off or out of reach; it is tried again by itself.',
  'HP tujuan mungkin mati atau di luar jangkauan; dicoba lagi sendiri.',
);
export const checkNumber: Bilingual = say(
  'Correct the number, then send again.',
  'Perbaiki nomornya, lalu kirim lagi.',
);
export const recipientBars: Bilingual = say(
  'The recipient or the operator blocks this SMS. Ask the recipient for another number.',
  'Penerima atau operator memblokir SMS ini. Minta nomor lain ke penerima.',
);
export const unbar: Bilingual = say(
  'Check balance and active period, then ask the operator to open SMS for this number.',
  'Cek pulsa dan masa aktif, lalu minta operator membuka SMS nomor ini.',
);
export const topUp: Bilingual = say(
  'Check the balance, top up, then send a test SMS. If there is credit, slow down: spam filter.',
  'Cek pulsa, isi ulang, lalu kirim SMS uji. Bila pulsa ada, perlambat: filter spam.',
);
export const activate: Bilingual = say(
  'Check that the SIM is registered and active; try an SMS from it in a phone.',
  'Cek kartu SIM sudah registrasi dan aktif; coba kirim SMS dari HP.',
);
export const pathOrCredit: Bilingual = say(
  'Check signal and balance; it is tried again by itself.',
  'Cek sinyal dan pulsa; dicoba lagi sendiri.',
);
export const smsc: Bilingual = say(
  'Check the SMS centre number of this SIM against the operator.',
  'Cek nomor SMS center kartu ini ke operator.',
);
export const setSmsc: Bilingual = say(
  'Set the SMS centre number of the operator.',
  'Isi nomor SMS center dari operator.',
);
export const bundle: Bilingual = say(
  'Send the support bundle to the team.',
  'Kirim berkas bantuan ke tim.',
);
export const purge: Bilingual = say(
  'Empty the SMS memory of the SIM; stored messages are kept in the box.',
  'Kosongkan memori SMS di SIM; pesan yang sudah disimpan tetap ada di alat.',
);
export const restartModem: Bilingual = say(
  'The modem is restarted by itself. If it repeats, unplug it for 10 s.',
  'Modem dimulai ulang sendiri. Bila terulang, cabut 10 detik, lalu colok lagi.',
);
export const otherProgram: Bilingual = say(
  'Stop the other program that uses the modem (ModemManager, gammu).',
  'Hentikan program lain yang memakai modem (ModemManager, gammu).',
);
export const otherModem: Bilingual = say(
  'This modem cannot do it. Use another modem or send without the option.',
  'Modem ini tidak bisa. Pakai modem lain atau kirim tanpa opsi itu.',
);
export const insertSim: Bilingual = say(
  'Insert the SIM as drawn on the modem, then replug the modem.',
  'Pasang kartu SIM sesuai gambar di modem, lalu cabut-colok modem.',
);
export const cleanSim: Bilingual = say(
  'Clean the gold contacts of the SIM, reseat it, try it in a phone.',
  'Bersihkan bagian kuning kartu SIM, pasang ulang, coba di HP.',
);
export const enterPin: Bilingual = say(
  'Enter the right PIN; never guess it.',
  'Masukkan PIN yang benar; jangan menebak.',
);
export const enterPuk: Bilingual = say(
  'Enter the PUK from the holder of the SIM; never guess it.',
  'Masukkan PUK dari bungkus kartu; jangan menebak.',
);
export const simWait: Bilingual = say(
  'The SIM is still starting; wait 30 s.',
  'Kartu SIM masih menyala; tunggu 30 detik.',
);
export const antenna: Bilingual = say(
  'Tighten the antenna or move it to a window; it goes on when there is a network.',
  'Kencangkan antena atau pindahkan ke jendela; lanjut sendiri bila ada jaringan.',
);
export const decide: Bilingual = say(
  'Decide about this message: send again, count as sent, or cancel.',
  'Putuskan pesan ini: kirim lagi, anggap terkirim, atau batalkan.',
);
export const replug: Bilingual = say(
  'Push the USB plug in firmly; the message goes out when the modem is back.',
  'Tekan colokan USB sampai rapat; pesan dikirim bila modem kembali.',
);
export const sendAgain: Bilingual = say(
  'Remove the cause shown in the timeline, then send the message again.',
  'Atasi penyebab yang tertulis di riwayat, lalu kirim pesan lagi.',
);
export const shorten: Bilingual = say(
  'Shorten the text or change its encoding, then send again.',
  'Perpendek teks atau ganti pengodeannya, lalu kirim lagi.',
);
export const slowCard: Bilingual = say(
  'The card is slow; it is tried again by itself. Plan a new card if it repeats.',
  'Kartu SD lambat; dicoba lagi sendiri. Siapkan kartu baru bila terulang.',
);
