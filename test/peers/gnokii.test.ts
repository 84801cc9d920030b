import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runPeer, startPeerRig } from './peer-rig.ts';

test('gnokii sends a message and reads one', async () => {
  const rig = await startPeerRig();
  const config = join(rig.folder, 'gnokiirc');
  writeFileSync(
    config,
    `[global]
port = ${rig.tty}
model = AT
connection = serial
use_locking = no
[logging]
debug = off
`,
  );
  const gnokii = (argv: string[], input: string = ''): Promise<string> =>
    runPeer('gnokii', ['--config', config, ...argv], input);
  assert.match(await gnokii(['--identify']), /IMEI +: 004999\d{9}/);
  assert.match(await gnokii(['--sendsms', '+6281234567'], 'Dari gnokii'), /Send succeeded/);
  const [entry] = await rig.journal();
  assert.deepEqual([entry?.to, entry?.text], ['+6281234567', 'Dari gnokii']);
  await rig.post('/inbound', { from: '+6289999', text: 'Untuk gnokii' });
  const shown = await gnokii(['--getsms', 'SM', '1', '1']);
  assert.match(shown, /\+6289999/);
  assert.match(shown, /Untuk gnokii/);
});
