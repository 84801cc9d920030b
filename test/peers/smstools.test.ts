import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startPeer, startPeerRig, until } from './peer-rig.ts';

test('smsd of smstools sends a file and files what arrives', async () => {
  const rig = await startPeerRig();
  const path = (name: string): string => join(rig.folder, name);
  for (const name of ['outgoing', 'checked', 'failed', 'incoming', 'report', 'sent']) {
    mkdirSync(path(name));
  }
  writeFileSync(
    path('conf'),
    `devices = GSM1
outgoing = ${path('outgoing')}
checked = ${path('checked')}
failed = ${path('failed')}
incoming = ${path('incoming')}
report = ${path('report')}
sent = ${path('sent')}
logfile = ${path('log')}
infofile = ${path('info')}
pidfile = ${path('pid')}
loglevel = 5
delaytime = 1
receive_before_send = no
incoming_utf8 = yes
[GSM1]
device = ${rig.tty}
incoming = yes
report = yes
`,
  );
  const smsd = startPeer('smsd', ['-t', `-c${path('conf')}`]);
  writeFileSync(path('new'), 'To: 6281234567\n\nDari smstools');
  renameSync(path('new'), join(path('outgoing'), 'message'));
  const entry = await until(
    async () => (await rig.journal())[0],
    'the journal has the message',
    smsd,
  );
  assert.deepEqual([entry?.to, entry?.text], ['+6281234567', 'Dari smstools']);
  await until(() => readdirSync(path('sent')).includes('message'), 'smsd calls it sent', smsd);
  await rig.post('/inbound', { from: '+6289999', text: 'Untuk smstools' });
  const file = await until(() => readdirSync(path('incoming'))[0], 'a file in incoming', smsd);
  const text = await until(
    () => readFileSync(join(path('incoming'), file ?? ''), 'utf8'),
    'the text in it',
    smsd,
  );
  assert.match(text, /From: 6289999/);
  assert.match(text, /Untuk smstools/);
});
