import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { DATA_START } from './built-image.ts';
import { FragileGuest } from './power-cuts.ts';
import { type PreparedCard, preparedCard } from './prepared-card.ts';
import { runProgram, tryProgram } from './run-program.ts';
import { UsbModem } from './usb-modem.ts';

/** For the services of a copy of the image: the program's hook for this test, never set in the product. */
const WEAK = '[Service]\nEnvironment=PISANG_TEST_HOOKS=1 PISANG_TEST_SYNCHRONOUS=OFF\n';
/** Units that this test does without, to be up sooner; an empty file masks. */
const WITHOUT = ['pisang-modem.service', 'pisang-rescue.timer', 'avahi-daemon.service'];
/** Accepted before the guest was told to write everything, and after. */
const WRITTEN = 5;
const UNWRITTEN = 20;
const UNITS = '/etc/systemd/system';

test('the control: without syncing, the same cut loses messages that were accepted', {
  timeout: 1_800_000,
}, async (t) => {
  const weak = ['pisang-api', 'pisang-migrate'].map((unit) => [
    `${UNITS}/${unit}.service.d/weak.conf`,
    WEAK,
  ]);
  const masked = WITHOUT.map((unit) => [`${UNITS}/${unit}`, '']);
  const card = await preparedCard(t, { slotFiles: Object.fromEntries([...weak, ...masked]) });
  const modem = await UsbModem.start(card.folder);
  t.after(() => modem.close());
  const box = await FragileGuest.start(card, modem);
  t.after(() => box.cutPower());
  t.diagnostic(`ready ${box.guest.seconds} s after power-on`);
  let number = 0;
  const accept = async (count: number): Promise<void> => {
    for (const end = number + count; number < end; number++) {
      const to = `+62811${String(number).padStart(8, '0')}`;
      const answer = await box.guest.fetch('POST', '/v1/messages', { to, text: `pesan ${number}` });
      assert.equal(answer.status, 202, answer.body);
    }
  };
  await accept(WRITTEN);
  await box.guest.ssh('sync');
  await accept(UNWRITTEN);
  await box.cutPower();
  const kept = await messagesOn(card);
  t.diagnostic(`${number - kept} of ${number} accepted messages lost`);
  assert.ok(kept >= WRITTEN, 'what was written before the cut is there');
  assert.ok(kept < number, 'the cut must be able to lose something, or it proves nothing');
});

/** How many messages are on the data partition, as the next start would find them: its journal is replayed first. */
async function messagesOn({ file, folder }: PreparedCard): Promise<number> {
  const part = join(folder, 'data.ext4');
  const skip = `skip=${DATA_START * 512}`;
  const how = ['iflag=skip_bytes', 'bs=1M', 'conv=sparse', 'status=none'];
  await runProgram(['dd', `if=${file}`, `of=${part}`, skip, ...how]);
  const { code, out, err } = await tryProgram(['/usr/sbin/e2fsck', '-fp', part]);
  assert.ok(code === 0 || code === 1, out + err);
  const database = join(folder, 'pisang.db');
  for (const suffix of ['', '-wal']) {
    const dump = `dump /app/pisang.db${suffix} ${database}${suffix}`;
    await runProgram(['/usr/sbin/debugfs', '-R', dump, part]);
  }
  const db = new Database(database);
  try {
    return Number(db.prepare('SELECT count(*) FROM messages').pluck().get());
  } finally {
    db.close();
  }
}
