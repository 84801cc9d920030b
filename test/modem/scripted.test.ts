import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OK, scripted, up } from './scripted-modem.ts';

const ERROR = '\r\nERROR\r\n';

test('a plain modem comes up; the happy path of a part is one command and one PDU', async () => {
  const { driver, links, pass, commands, clock } = await up({ 'AT+CMGS=': '\r\n> ' });
  assert.ok(driver.ready(), JSON.stringify(driver.snapshot()));
  assert.equal(driver.snapshot().simulated, false);
  const before = commands().length;
  const sending = driver.sendPart({ pdu: '0011000B91', tpduLength: 4 }, () =>
    Promise.resolve('committed'),
  );
  await pass(50);
  assert.deepEqual(commands().slice(before), ['AT+CMGS=4', '0011000B91\x1a']);
  links[0]?.deliver('\r\n+CMGS: 7\r\n\r\nOK\r\n');
  assert.deepEqual(await sending, { kind: 'sent', reference: 7, tookMs: 50 });
  assert.equal(commands().length, before + 2);
  await driver.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test('an hour of doing nothing: a few commands a minute, nothing read twice', async () => {
  const { driver, commands, clock } = await up({});
  const before = commands().length;
  for (let minute = 0; minute < 60; minute++) {
    await clock.advance(60_000);
  }
  const asked = commands().slice(before);
  assert.ok(asked.length < 60 * 10, `${asked.length} commands an hour`);
  assert.ok(!asked.some((command) => command.startsWith('AT+CMGL')), 'the store is empty');
  assert.ok(asked.filter((command) => command === 'AT+CSQ').length >= 110);
  assert.equal(driver.snapshot().state, 'ready');
  await driver.stop();
});

test('what a modem refuses has a fall-back', async () => {
  const refusing = await up({
    AT: ERROR,
    ATE0: ERROR,
    'AT+CMEE': ERROR,
    'AT+CGMI': ERROR,
    'AT+GMI': ERROR,
    'AT+CCID': ERROR,
    'AT+ICCID': ERROR,
    'AT+CRSM': `\r\n+CRSM: 144,0,"986901999924133505F7"\r\n${OK}`,
    'AT+CFUN?': ERROR,
    'AT+CSCS': ERROR,
    'AT+CSMS': ERROR,
    'AT+CMGF=0': OK,
    'AT+CPMS=?': ERROR,
    'AT+CPMS="SM","SM","SM"': ERROR,
    'AT+CPMS="SM","SM"': `\r\n+CPMS: 0,20,0,20\r\n${OK}`,
    'AT+CNMI=': ERROR,
    'AT+CNMI=1,1,0,1,0': OK,
    'AT+CGREG': ERROR,
    'AT+CMMS': ERROR,
    'AT+COPS=': ERROR,
  });
  const snapshot = refusing.driver.snapshot();
  assert.ok(refusing.driver.ready(), JSON.stringify(snapshot));
  assert.equal(snapshot.manufacturer, null);
  assert.equal(snapshot.sim.iccid, '8996109999423153507');
  assert.equal(snapshot.sim.storageTotal, 20);
  assert.ok(refusing.commands().includes('AT+CNMI=1,1,0,1,0'));
  await refusing.driver.stop();
});

test('an empty service centre is told', async () => {
  const { driver } = await up({ 'AT+CSCA?': `\r\n+CSCA: "",129\r\n${OK}` });
  assert.equal(driver.snapshot().trouble, 'smsc-missing');
  await driver.stop();
});

test('a store that answers 321 for empty, drafts, and a place that can not be deleted', async () => {
  const draft = '0011000B911234567890F10000A704F4F29C0E';
  const message = '07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07';
  const { driver, inbound, pass, commands } = await up({
    'AT+CPMS?': `\r\n+CPMS: "SM",2,20,"SM",2,20,"SM",2,20\r\n${OK}`,
    'AT+CMGL=4': `\r\n+CMGL: 0,2,,18\r\n${draft}\r\n+CMGL: 3,1,,30\r\n${message}\r\n${OK}`,
    'AT+CMGD': '\r\n+CMS ERROR: 320\r\n',
  });
  assert.ok(driver.ready());
  await pass(130_000);
  assert.equal(inbound.length, 1, 'committed once though it can not be deleted');
  assert.equal(inbound[0]?.pdu, message);
  assert.ok(commands().filter((command) => command === 'AT+CMGD=3').length >= 2, 'tried again');
  assert.ok(!commands().includes('AT+CMGD=0'), 'a draft is not ours to delete');
  await driver.stop();
  const empty = await up({
    'AT+CPMS?': `\r\n+CPMS: "SM",1,20,"SM",1,20,"SM",1,20\r\n${OK}`,
    'AT+CMGL=4': '\r\n+CMS ERROR: 321\r\n',
  });
  assert.ok(empty.driver.ready());
  await empty.driver.stop();
});

test('a SIM that is starting up is waited for; one that stays busy is failing', async () => {
  const { driver, pass } = scripted({ 'AT+CPIN?': '\r\n+CME ERROR: 14\r\n' });
  driver.start();
  await pass(10_000);
  assert.equal(driver.snapshot().state, 'starting');
  await pass(60_000);
  assert.equal(driver.snapshot().sim.state, 'failure');
  assert.equal(driver.ready(), false);
  await driver.stop();
});

test('one known try left, or no card number: the PIN is not given', async () => {
  const locked = `\r\n+CPIN: SIM PIN\r\n${OK}`;
  const few = await up(
    { 'AT+CPIN?': locked, 'AT+CPINR': `\r\n+CPINR: SIM PIN,1,3\r\n+CPINR: SIM PUK,10,10\r\n${OK}` },
    { pin: '1234' },
  );
  assert.equal(few.driver.snapshot().troubleDetail, 'few-tries');
  assert.equal(few.driver.snapshot().sim.pinTriesLeft, 1);
  assert.ok(!few.commands().some((command) => command.startsWith('AT+CPIN=')));
  await few.driver.stop();
  const nameless = await up(
    { 'AT+CPIN?': locked, 'AT+CCID': ERROR, 'AT+ICCID': ERROR, 'AT+CRSM': ERROR },
    { pin: '1234' },
  );
  assert.equal(nameless.driver.snapshot().troubleDetail, 'no-iccid');
  assert.ok(!nameless.commands().some((command) => command.startsWith('AT+CPIN=')));
  await nameless.driver.stop();
});

test('tries that nobody knows: one attempt, over ten starts', async () => {
  const script = {
    'AT+CPIN?': `\r\n+CPIN: SIM PIN\r\n${OK}`,
    'AT+CPINR': ERROR,
    'AT+CPIN=': '\r\n+CME ERROR: 16\r\n',
  };
  const first = await up(script, { pin: '1234' });
  await first.driver.stop();
  let written = first.commands().filter((command) => command.startsWith('AT+CPIN=')).length;
  for (let start = 0; start < 10; start++) {
    const again = await up(script, {
      pin: start % 2 === 0 ? '1234' : '4321',
      ledger: first.ledger,
    });
    written += again.commands().filter((command) => command.startsWith('AT+CPIN=')).length;
    await again.driver.stop();
  }
  assert.equal(written, 1);
});

test('a modem that knows no registration command may send', async () => {
  const { driver } = await up({ 'AT+CREG': ERROR, 'AT+CGREG': ERROR });
  assert.equal(driver.hold(), null);
  assert.equal(driver.snapshot().radio.registration, 'unknown');
  await driver.stop();
});

test('a store that is never listed while all else is answered begins the recovery', async () => {
  const { driver, pass } = await up({
    'AT+CPMS?': `\r\n+CPMS: "SM",1,20,"SM",1,20,"SM",1,20\r\n${OK}`,
    'AT+CMGL': null,
  });
  await pass(200_000);
  assert.ok(driver.snapshot().recovery.count1h >= 1);
  assert.match(driver.snapshot().recovery.lastReason ?? '', /store/);
  await driver.stop();
});
