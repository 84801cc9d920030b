import assert from 'node:assert/strict';
import { request } from 'node:https';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { fileSystemFaults, Guest } from './guest.ts';
import { assertHealthy, fingerprintIn, lastingFacts, valuesIn } from './guest-facts.ts';
import { preparedCard, putOnPisang, readFromPisang } from './prepared-card.ts';
import { decodeState, readSector, STATE_SECTOR } from './state-sector.ts';

const STEP_MS = 900_000;
const NAME = 'kantor-desa';
const ADDRESS = '10.0.2.77';
/** Of QEMU's network. */
const [ROUTER, BY_DHCP] = ['10.0.2.2', '10.0.2.15'];
const ERASE = 'Erase everything\r\n';

/** What `pisang.json` asked for, as the system has it. */
const ASKED = {
  address: "ip -4 -o addr show scope global | awk '{ print $4 }'",
  route: "ip -4 route show default | awk '{ print $3 }'",
  timeServer: 'timedatectl show-timesync --property SystemNTPServers --value',
  zone: 'date +%Z',
  name: 'hostname',
};
const IN_FORCE = {
  address: `${ADDRESS}/24`,
  route: ROUTER,
  timeServer: ROUTER,
  zone: 'WITA',
  name: NAME,
};

test('virt: what was provisioned holds over starts, by HTTPS too; a factory reset leaves nothing of it', {
  timeout: 2 * 3_600_000,
}, async (t) => {
  const card = await preparedCard(t, {
    settings: {
      hostName: NAME,
      timeZone: 'Asia/Makassar',
      network: { address: `${ADDRESS}/24`, gateway: ROUTER },
      ntpServer: ROUTER,
    },
  });
  let box = await Guest.start(card, { address: ADDRESS });
  t.after(() => box.cutPower());
  const first = await lastingFacts(box);

  await t.test('the first start has what was asked for', async () => {
    assert.deepEqual(await valuesIn(box, ASKED), IN_FORCE);
    assert.equal(await certificateOf(box), fingerprintIn(first));
    const message = { to: '+6281100999999', text: 'Air sungai naik.' };
    assert.equal((await box.fetch('POST', '/v1/messages', message)).status, 202);
  });

  await t.test(
    "RAUC takes root's commands on D-Bus, and not those of the services' user",
    async () => {
      const ask = 'de.pengutronix.rauc / de.pengutronix.rauc.Installer';
      const asUser = 'setpriv --reuid=pisang --regid=pisang --clear-groups';
      const found = await valuesIn(box, {
        root: `busctl --timeout=200 get-property ${ask} Operation`,
        user: `${asUser} busctl --timeout=200 get-property ${ask} Operation`,
        install: `${asUser} busctl --timeout=200 call ${ask} Install s /tmp/x.raucb`,
      });
      t.diagnostic(JSON.stringify(found));
      assert.equal(found['root'], 's "idle"');
      for (const refused of [found['user'], found['install']]) {
        assert.match(refused ?? '', /denied|Rejected send|not authorized/i);
      }
    },
  );

  await t.test('so has the second, with nothing made anew', async () => {
    await box.powerOff();
    box = await Guest.start(card, { address: ADDRESS });
    assert.deepEqual(await valuesIn(box, ASKED), IN_FORCE);
    assert.deepEqual(await lastingFacts(box), first);
    assert.equal(await certificateOf(box), fingerprintIn(first));
    const { items } = JSON.parse((await box.fetch('GET', '/v1/messages')).body);
    assert.equal(items.length, 1);
    await assertHealthy(box);
  });

  await t.test('a factory reset keeps nothing, and takes the new file beside it', async () => {
    const oldKey = await card.apiKey;
    await box.powerOff();
    await putOnPisang(card, 'factory-reset.txt', ERASE);
    await putOnPisang(card, 'pisang.json', JSON.stringify(card.access));
    card.apiKey = null;
    box = await Guest.powerOn(card);
    await box.answers('/health/ready', STEP_MS);
    assert.equal(box.machine.starts.length, 2, 'one start erases, the next is the first');
    const found = await valuesIn(box, {
      ...ASKED,
      left: 'find /var/lib/pisang -newermt 2020-01-01 -name "*damaged*"; ls /var/lib/pisang/box/network',
    });
    assert.deepEqual(
      [found['address'], found['zone'], found['name']],
      [`${BY_DHCP}/24`, 'WIB', 'pisang'],
    );
    assert.notEqual(found['timeServer'], ROUTER);
    assert.match(found['left'] ?? '', /^ls: cannot access/);
    const facts = await lastingFacts(box);
    for (const own of ['machineId', 'sshHostKey', 'certificate', 'apiKey']) {
      assert.notEqual(facts[own], first[own], own);
    }
    const { items } = JSON.parse((await box.fetch('GET', '/v1/messages')).body);
    assert.deepEqual(items, []);
    const withOldKey = { authorization: `Bearer ${oldKey}` };
    assert.equal((await box.fetch('GET', '/v1/messages', undefined, withOldKey)).status, 401);
    await assertHealthy(box);
    await box.powerOff();
    assert.match(await readFromPisang(card, 'factory-reset.txt'), /^\(done\) *$/);
    assert.equal(
      decodeState(readSector(card.file, STATE_SECTOR))?.['machine_id'],
      facts['machineId'],
    );
    assert.deepEqual(await fileSystemFaults(card), []);
  });
});

/** SHA-256 of the certificate that a call by HTTPS gets, in hexadecimal with colons. */
function certificateOf({ httpsPort }: Guest): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        port: httpsPort,
        path: '/health/live',
        headers: { host: 'localhost' },
        agent: false,
        rejectUnauthorized: false,
        timeout: 60_000,
      },
      (answer) => {
        const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate();
        answer.resume();
        if (answer.statusCode === 200) resolve(fingerprint256);
        else reject(new Error(`HTTPS answers with ${answer.statusCode}`));
      },
    );
    call.once('timeout', () => call.destroy(new Error('no answer by HTTPS')));
    call.once('error', reject);
    call.end();
  });
}
