import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { startPeer, startPeerRig, until } from './peer-rig.ts';

test('Kannel sends what its HTTP call brings and passes on what arrives', async () => {
  const rig = await startPeerRig();
  const [admin, box, sendSms, inbound] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const received: URLSearchParams[] = [];
  const application = createServer((request, response) => {
    received.push(new URL(request.url ?? '/', 'http://x').searchParams);
    response.end();
  });
  await new Promise<void>((resolve) => application.listen(inbound, '127.0.0.1', resolve));
  try {
    const config = join(rig.folder, 'kannel.conf');
    writeFileSync(
      config,
      `group = core
admin-port = ${admin}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = ${box}
smsbox-interface = 127.0.0.1
log-level = 1
box-allow-ip = 127.0.0.1

group = smsc
smsc = at
smsc-id = modem
modemtype = generic
device = ${rig.tty}
speed = 115200

group = modems
id = generic
name = "a modem like any other"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendSms}
sendsms-interface = 127.0.0.1
log-level = 1

group = sendsms-user
username = test
password = test
user-allow-ip = 127.0.0.1

group = sms-service
keyword = default
get-url = "http://127.0.0.1:${inbound}/?from=%p&text=%a"
max-messages = 0
`,
    );
    const bearerbox = startPeer('bearerbox', [config]);
    await until(
      () => answers(`http://127.0.0.1:${admin}/status.txt`),
      'bearerbox is up',
      bearerbox,
    );
    const smsbox = startPeer('smsbox', [config]);
    await until(() => answers(`http://127.0.0.1:${sendSms}/`), 'smsbox is up', smsbox);
    const call = `http://127.0.0.1:${sendSms}/cgi-bin/sendsms?username=test&password=test&from=1&to=%2B6281234567&text=Dari+Kannel`;
    assert.equal((await fetch(call)).status, 202);
    const entry = await until(
      async () => (await rig.journal())[0],
      'the journal has the message',
      bearerbox,
    );
    assert.deepEqual([entry?.to, entry?.text], ['+6281234567', 'Dari Kannel']);
    await rig.post('/inbound', { from: '+6289999', text: 'Untuk Kannel' });
    const query = await until(() => received[0], 'the call of the service', smsbox);
    assert.deepEqual([query?.get('from'), query?.get('text')], ['+6289999', 'Untuk Kannel']);
  } finally {
    application.closeAllConnections();
    await new Promise((resolve) => application.close(resolve));
  }
});

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
