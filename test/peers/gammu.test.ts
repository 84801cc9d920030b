import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type PeerRig, runPeer, startPeer, startPeerRig, until } from './peer-rig.ts';

const LONG = 'Panjang sekali pesan ini, '.repeat(10).trim();

function gammuConfig(rig: PeerRig): string {
  return `[gammu]\nport = ${rig.tty}\nconnection = at115200\n`;
}

test('gammu identifies the modem, sends a text of two parts, and reads one', async () => {
  const rig = await startPeerRig();
  const config = join(rig.folder, 'gammurc');
  writeFileSync(config, gammuConfig(rig));
  const gammu = (...argv: string[]): Promise<string> => runPeer('gammu', ['-c', config, ...argv]);
  assert.match(await gammu('identify'), /IMEI +: 004999\d{9}/);
  assert.match(await gammu('networkinfo'), /home network[\s\S]*510 10/);
  assert.match(
    await gammu('sendsms', 'TEXT', '+6281234567', '-len', '400', '-text', LONG),
    /OK, message reference=1/,
  );
  const journal = await rig.journal();
  assert.equal(journal.map((entry) => entry.text).join(''), LONG);
  assert.deepEqual(
    journal.map((entry) => [entry.to, entry.part, entry.parts]),
    [
      ['+6281234567', 1, 2],
      ['+6281234567', 2, 2],
    ],
  );
  await rig.post('/inbound', { from: '+6289999', text: 'Balasan dari seberang €' });
  const shown = await gammu('getallsms');
  assert.match(shown, /Remote number +: "\+6289999"/);
  assert.match(shown, /Balasan dari seberang €/);
  assert.match(await gammu('deleteallsms', '1'), /./);
  assert.match(await gammu('getallsms'), /0 SMS parts/);
});

test('gammu-smsd sends what is injected and files what arrives', async () => {
  const rig = await startPeerRig();
  const config = join(rig.folder, 'smsdrc');
  const paths = ['inbox', 'outbox', 'sent', 'error'].map((name) => join(rig.folder, name));
  for (const path of paths) {
    mkdirSync(path);
  }
  const [inbox = '', outbox, sent, error] = paths;
  writeFileSync(
    config,
    `${gammuConfig(rig)}
[smsd]
service = files
logfile = ${join(rig.folder, 'log')}
inboxpath = ${inbox}/
outboxpath = ${outbox}/
sentsmspath = ${sent}/
errorsmspath = ${error}/
checksecurity = 0
receivefrequency = 1
loopsleep = 1
`,
  );
  const smsd = startPeer('gammu-smsd', ['-c', config]);
  await runPeer('gammu-smsd-inject', ['-c', config, 'TEXT', '+6281234567', '-text', 'Dari smsd']);
  const entry = await until(
    async () => (await rig.journal())[0],
    'the journal has the message',
    smsd,
  );
  assert.deepEqual([entry?.to, entry?.text], ['+6281234567', 'Dari smsd']);
  await rig.post('/inbound', { from: '+6289999', text: 'Untuk smsd' });
  const file = await until(() => readdirSync(inbox)[0], 'a file in the inbox', smsd);
  assert.match(file ?? '', /\+6289999/);
  await until(
    () => readFileSync(join(inbox, file ?? ''), 'utf8').includes('Untuk smsd'),
    'the text in the file',
    smsd,
  );
});
