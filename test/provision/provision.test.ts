import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '../../app/provision/claim-code.ts';
import { FakeBox } from './support.ts';

const FILE = JSON.stringify({
  hostName: 'kantor',
  timeZone: 'Asia/Makassar',
  region: 'ID',
  language: 'id',
  siteName: 'Kantor',
  simPin: '4711',
  network: { address: '192.168.1.20/24', gateway: '192.168.1.1' },
  ntpServer: '192.168.1.1',
  apiKeys: [{ name: 'shop' }, { name: 'own', key: `psg_${'x'.repeat(40)}`, scopes: ['admin'] }],
});

test('every field comes where the service and the system read it', async () => {
  const box = new FakeBox();
  box.disk.put(
    '/data/app/config.json',
    JSON.stringify({ queue: { maxDepth: 5 }, site: { name: 'x' } }),
  );
  box.disk.put('/data/app/pins.json', JSON.stringify({ modem2: '1111' }));
  box.insert('pisang.json', FILE);
  await box.boot();
  assert.deepEqual(JSON.parse(box.disk.text('/data/app/config.json') ?? ''), {
    queue: { maxDepth: 5 },
    site: { name: 'Kantor', timeZone: 'Asia/Makassar', language: 'id' },
    defaultRegion: 'ID',
  });
  assert.deepEqual(JSON.parse(box.disk.text('/data/app/pins.json') ?? ''), {
    modem2: '1111',
    modem1: '4711',
  });
  assert.equal(box.disk.modes.get('/data/app/pins.json'), 0o600);
  assert.equal(box.disk.text('/data/box/hostname'), 'kantor\n');
  assert.equal(box.disk.text('/data/box/timezone'), 'Asia/Makassar\n');
  assert.equal(box.disk.text('/data/box/timesyncd.conf'), '[Time]\nNTP=192.168.1.1\n');
  assert.equal(
    box.disk.text('/data/box/network'),
    '[Match]\nType=ether\nProperty=!ID_BUS=usb\n\n[Network]\nAddress=192.168.1.20/24\nGateway=192.168.1.1\nDNS=192.168.1.1\n',
  );
  assert.deepEqual(
    [...box.keys.values()].map(({ name, scopes }) => [name, scopes]),
    [
      ['shop', ['messages:send', 'messages:read']],
      ['own', ['admin']],
    ],
  );
  assert.match(box.card('RESULT.txt') ?? '', /API key "shop": psg_0{39}1 /);
  assert.doesNotMatch(box.card('RESULT.txt') ?? '', /4711|xxxx/);
  assert.doesNotMatch(box.card('pisang.json') ?? '', /4711|xxxx/);
});

test('what was taken is not taken twice, and the made key is told until the file changes', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  await box.boot();
  const told = box.result();
  box.disk.put('/data/box/hostname', 'changed by hand\n');
  await box.boot();
  await box.boot();
  assert.equal(box.result(), told);
  assert.equal(box.made.length, 2);
  assert.equal(box.disk.text('/data/box/hostname'), 'changed by hand\n');
});

test('without any file there are safe defaults and a claim code', async () => {
  const box = new FakeBox();
  assert.equal((await box.boot()).failed, false);
  assert.match(box.result(), /^There is no pisang\.json/);
  assert.match(box.card('RESULT.txt') ?? '', /Claim code: [0-9A-Z]{5}-[0-9A-Z]{5}\r\n/);
  assert.match(box.disk.text('/run/pisang/console.txt') ?? '', /^Claim code: /);
  assert.equal(box.disk.modes.get('/run/pisang/claim.json'), 0o600);
  assert.equal(box.disk.text('/data/app/config.json'), null);
});

test('a file whose name Windows made longer is named, and what to do with it', async () => {
  for (const [wrong, meant] of [
    ['pisang.json.txt', 'pisang.json'],
    ['pisang.json.json', 'pisang.json'],
    ['password.txt.txt', 'password.txt'],
    ['factory-reset.txt.txt', 'factory-reset.txt'],
  ] as const) {
    const box = new FakeBox();
    box.insert(wrong, 'three words together');
    const { failed, log } = await box.boot();
    assert.equal(failed, true, wrong);
    assert.ok(log.includes(`${wrong}: not taken, wrong name`));
    const told = `  ${wrong}: it was NOT taken, for it would have to be named ${meant}.`;
    for (const text of [box.card('RESULT.txt'), box.disk.text('/run/pisang/console.txt')]) {
      assert.ok(text?.includes(told), text ?? '');
      assert.ok(text?.includes(`Rename it to ${meant};`));
    }
    assert.equal(box.card(wrong), 'three words together');
  }
});

test('a wrong name beside the right one is told as well', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', '{"hostName":"old"}');
  await box.boot();
  box.insert('pisang.json.txt', '{"hostName":"new"}');
  assert.equal((await box.boot()).failed, true);
  assert.match(box.card('RESULT.txt') ?? '', /hostName: old/);
  assert.match(box.card('RESULT.txt') ?? '', /There is a pisang\.json as well: remove the one/);
});

test('a broken config.json is no obstacle', async () => {
  const box = new FakeBox();
  box.disk.put('/data/app/config.json', '{"queue":');
  box.insert('pisang.json', '{"region":"MY"}');
  await box.boot();
  assert.deepEqual(JSON.parse(box.disk.text('/data/app/config.json') ?? ''), {
    defaultRegion: 'MY',
  });
});

test('password.txt: hashed, overwritten in place, and no claim code any more', async () => {
  const box = new FakeBox();
  box.insert('password.txt', '\ufeffthree words long\r\n');
  const length = box.disk.files.get('/card/password.txt')?.length;
  await box.boot();
  assert.match(box.card('password.txt') ?? '', /^\(taken\) +$/);
  assert.equal(box.disk.files.get('/card/password.txt')?.length, length);
  assert.match(
    box.disk.text('/data/app/password.json') ?? '',
    /^\{"cost":2,"salt":"[^"]{24}","hash":"[^"]{44}"\}\n$/,
  );
  assert.equal(box.disk.modes.get('/data/app/password.json'), 0o600);
  assert.equal(box.disk.text('/run/pisang/claim.json'), null);
  assert.doesNotMatch(box.card('RESULT.txt') ?? '', /Claim|three/);
  await box.boot();
  assert.doesNotMatch(box.card('RESULT.txt') ?? '', /password/);
});

test('a password that is too short stays where it is and is not repeated', async () => {
  const box = new FakeBox();
  box.insert('password.txt', 'short');
  assert.equal((await box.boot()).failed, true);
  assert.equal(box.card('password.txt'), 'short');
  assert.match(box.card('RESULT.txt') ?? '', /10 to 128 characters on the first line, but has 5/);
  assert.equal(box.disk.text('/data/app/password.json'), null);
});

test('another password of the same length, after one that could not be overwritten, is taken', async () => {
  const box = new FakeBox();
  box.insert('password.txt', 'three words long');
  const overwrite = box.disk.overwrite.bind(box.disk);
  box.disk.overwrite = () => {
    throw Object.assign(new Error('EROFS: read-only file system, open'), { syscall: 'open' });
  };
  assert.equal((await box.boot()).failed, true);
  box.disk.overwrite = overwrite;
  box.insert('password.txt', 'three words else');
  assert.equal((await box.boot()).failed, false);
  const mark = JSON.parse(box.disk.text('/data/app/password.json') ?? '');
  assert.deepEqual(
    ['three words else', 'three words long'].map((each) => matches(mark, each)),
    [true, false],
  );
  assert.match(box.card('password.txt') ?? '', /^\(taken\) +$/);
});

test('factory-reset.txt erases everything, once, and only with its words', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  box.insert('password.txt', 'three words long');
  await box.boot();
  box.insert('factory-reset.txt', 'please');
  const unclear = await box.boot();
  assert.deepEqual([unclear.failed, unclear.rebootWanted], [true, false]);
  assert.match(box.card('RESULT.txt') ?? '', /Write "erase everything"/);
  box.insert('factory-reset.txt', 'Erase everything\r\n');
  assert.equal((await box.boot()).rebootWanted, true);
  assert.deepEqual(
    [...box.disk.files.keys()].filter((path) => path.startsWith('/data/')),
    [],
  );
  assert.equal(box.card('pisang.json'), null, 'its settings are forgotten as well');
  const after = await box.boot();
  assert.deepEqual([after.failed, after.rebootWanted], [false, false]);
  assert.match(box.card('RESULT.txt') ?? '', /Claim code/);
});

test('a new pisang.json beside factory-reset.txt holds after the reset', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', '{"hostName":"fresh"}');
  box.insert('factory-reset.txt', 'erase everything');
  await box.boot();
  await box.boot();
  assert.equal(box.disk.text('/data/box/hostname'), 'fresh\n');
});

/** Everything that is written onto the card from now on fails as on a full file system. */
function fillCard(box: FakeBox): void {
  const full = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write' });
  };
  const write = box.disk.write.bind(box.disk);
  box.disk.write = (path, data, mode) =>
    path.startsWith('/card/') ? full() : write(path, data, mode);
  box.disk.overwrite = full;
}

test('on a card that cannot be written settings hold all the same, and the screen says why', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  box.insert('password.txt', 'three words together');
  fillCard(box);
  let applied = 0;
  const done = await box.boot({
    apply: async () => {
      assert.equal(box.disk.text('/data/box/hostname'), 'kantor\n');
      applied += 1;
    },
  });
  assert.deepEqual([done.failed, applied], [true, 1]);
  const shown = box.disk.text('/run/pisang/console.txt') ?? '';
  assert.match(shown, /password\.txt could not be taken or overwritten:\n {2}ENOSPC/);
  assert.match(shown, /RESULT\.txt could not be written: ENOSPC.*\n.*Remove other files/);
  assert.equal(box.card('pisang.json'), FILE, 'kept, for the made key was not told');
});

test('a card that cannot be written erases nothing, for it would again at each start; the box itself may', async () => {
  const box = new FakeBox();
  box.disk.put('/data/app/pisang.db', 'messages');
  box.insert('factory-reset.txt', 'erase everything');
  fillCard(box);
  const kept = await box.boot();
  assert.deepEqual([kept.rebootWanted, kept.failed], [false, true]);
  assert.equal(box.disk.text('/data/app/pisang.db'), 'messages');
  assert.match(
    box.disk.text('/run/pisang/console.txt') ?? '',
    /nothing was erased, since the card.*\n.*: pisang factory-reset --yes\./,
  );
  box.disk.put('/data/factory-reset', 'erase everything');
  assert.equal((await box.boot()).rebootWanted, true);
  assert.equal(box.disk.text('/data/app/pisang.db'), null);
});
