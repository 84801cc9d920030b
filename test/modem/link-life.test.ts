import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OK, scripted, up } from './scripted-modem.ts';

test('a modem that stays dead goes through every step once, then counts as failed', async () => {
  const ports: string[] = [];
  const { driver, pass, clock } = scripted(
    { AT: null },
    {
      usbReset: (port) => {
        ports.push(port);
        return new Promise(() => {}); // A hook that hangs is cut off.
      },
    },
  );
  driver.start();
  const seen: string[] = [];
  for (let second = 0; second < 240; second++) {
    await pass(1_000);
    const { state, recovery } = driver.snapshot();
    const now = `${state} ${recovery.rung}`;
    if (seen.at(-1) !== now) {
      seen.push(now);
    }
  }
  assert.deepEqual(seen.slice(0, 7), [
    'starting 0',
    'silent 0',
    'recovering 1',
    'recovering 2',
    'recovering 3',
    'recovering 4',
    'recovering 5',
  ]);
  assert.ok(seen.includes('failed 0'), seen.join());
  assert.deepEqual(ports.slice(0, 1), ['tcp://127.0.0.1:1']);
  assert.equal(driver.snapshot().recovery.rungs, 5);
  await driver.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test('a part of an earlier process: nothing is sent until its late answer came', async () => {
  const { driver, links, pass, late } = await up({}, { awaitLateResultMs: 60_000 });
  assert.equal(driver.snapshot().state, 'ready');
  assert.equal(driver.ready(), false);
  await pass(20_000);
  assert.equal(driver.ready(), false);
  links[0]?.deliver('\r\n+CMGS: 41\r\n\r\nOK\r\n');
  await pass(50);
  assert.deepEqual(late, [41]);
  assert.ok(driver.ready());
  await driver.stop();
});

test('a part of an earlier process whose answer never comes: sending begins when the time is over', async () => {
  const { driver, pass, clock, links } = await up({}, { awaitLateResultMs: 60_000 });
  await pass(30_000);
  links[0]?.drop();
  await pass(20_000);
  assert.equal(driver.ready(), false, 'the rest of the time counts at the next port');
  await pass(15_000);
  assert.ok(driver.ready());
  await driver.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test('a modem that is still sending for an earlier process is not taken for dead', async () => {
  const script: Record<string, string | null> = { AT: null };
  const { driver, links, pass, late } = scripted(script, { awaitLateResultMs: 60_000 });
  driver.start();
  await pass(25_000);
  assert.equal(driver.snapshot().recovery.count1h, 0);
  links[0]?.deliver('\r\n+CMGS: 9\r\n\r\nOK\r\n');
  await pass(1_000);
  assert.deepEqual(late, [9]);
  await driver.stop();
});

test('stop lets the part in flight end, and not longer than its bound', async () => {
  const { driver, pass, links, clock } = await up({ 'AT+CMGS=': '\r\n> ' });
  const sending = driver.sendPart({ pdu: '0011000B91', tpduLength: 4 }, () =>
    Promise.resolve('committed'),
  );
  await pass(100);
  let stopped = false;
  const stopping = driver.stop().then(() => {
    stopped = true;
  });
  await pass(5_000);
  assert.equal(stopped, false);
  links[0]?.deliver('\r\n+CMGS: 7\r\n\r\nOK\r\n');
  assert.equal((await sending).kind, 'sent');
  await stopping;
  assert.equal(clock.pendingTimers(), 0);

  const other = await up({ 'AT+CMGS=': '\r\n> ' });
  const lost = other.driver.sendPart({ pdu: '0011000B91', tpduLength: 4 }, () =>
    Promise.resolve('committed'),
  );
  await other.pass(100);
  const bounded = other.driver.stop();
  await other.pass(75_100);
  await bounded;
  assert.deepEqual(await lost, { kind: 'unknown', code: 'link-lost-after-hand-over' });
});

test('a link that breaks again and again is opened again ever more slowly', async () => {
  const { driver, links, pass, clock } = scripted(
    {},
    {
      openLink: () => Promise.reject(new Error('connection refused')),
    },
  );
  driver.start();
  let tries = 0;
  for (let second = 0; second < 120; second++) {
    const before = clock.pendingTimers();
    await pass(1_000);
    tries += before === 0 ? 1 : 0;
  }
  assert.equal(driver.snapshot().state, 'absent');
  assert.equal(driver.snapshot().trouble, 'not-found');
  assert.equal(links.length, 0);
  assert.ok(tries < 20);
  await driver.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test('another modem at the same port is noticed, and nothing of the old one is kept', async () => {
  const answers = { 'AT+CGSN': `\r\n490154203237518\r\n${OK}` };
  const { driver, links, pass } = await up(answers);
  assert.equal(driver.snapshot().imei, '490154203237518');
  answers['AT+CGSN'] = `\r\n352099001761481\r\n${OK}`;
  links[0]?.drop();
  await pass(5_000);
  assert.equal(driver.snapshot().imei, '352099001761481');
  assert.equal(driver.snapshot().recovery.count1h, 1);
  assert.ok(driver.ready());
  await driver.stop();
});
