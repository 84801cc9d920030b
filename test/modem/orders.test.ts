import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openLink } from '../../app/link/open-link.ts';
import { FakeLink } from '../support/fake-link.ts';
import { realClock } from '../support/real-clock.ts';
import { eventually, openBench } from './bench.ts';

describe('orders of a person', { concurrency: 6 }, () => {
  for (const profile of ['generic', 'huawei-e173', 'zte-mf190']) {
    test(`${profile}: a USSD code is answered, and parts wait for it`, async (t) => {
      const { usable, driver, send } = await openBench(t, { simulator: { profile } });
      await usable();
      const asked = driver.execute({ name: 'ussd', code: '*888#' });
      const sent = send();
      const { ok, detail } = await asked;
      assert.equal(ok, true, detail);
      assert.match(detail, /^[\x20-\x7e\n]{5,}$/);
      assert.equal((await sent).kind, 'sent');
    });
  }

  test('a USSD code that could break out of the command is refused', async (t) => {
    const { usable, driver } = await openBench(t);
    await usable();
    for (const code of ['', '*1"\rAT+CPIN="0000"', 'abc', '*'.repeat(41)]) {
      assert.equal((await driver.execute({ name: 'ussd', code })).ok, false);
    }
  });

  test('self-test tells what is wrong', async (t) => {
    const { usable, driver, faults } = await openBench(t);
    await usable();
    const good = await driver.execute({ name: 'self-test' });
    assert.deepEqual(good, { ok: true, detail: 'Connected to TELKOMSEL (home, -73 dBm).' });
    await faults({ registrationLost: true });
    await eventually('shown', () => driver.snapshot().radio.registration === 'searching');
    const bad = await driver.execute({ name: 'self-test' });
    assert.equal(bad.ok, false);
    assert.match(bad.detail, /^Not connected to an operator/);
  });

  test('restart restarts the modem and brings it up again', async (t) => {
    const { usable, driver, state, send } = await openBench(t);
    await usable();
    const before = (await state()).restarts;
    assert.equal((await driver.execute({ name: 'restart' })).ok, true);
    await eventually('restarted', async () => (await state()).restarts > before);
    await usable(15_000);
    assert.equal((await send()).kind, 'sent');
  });

  test('an order to a modem that is not there says so', async (t) => {
    const { driver } = await openBench(t, {
      driver: { openLink: () => Promise.reject(new Error('no such port')) },
    });
    await eventually('absent', () => driver.snapshot().state === 'absent');
    assert.equal(driver.snapshot().trouble, 'not-found');
    assert.equal((await driver.execute({ name: 'restart' })).ok, false);
  });

  test('a stick that is still a CD drive is told as that, until a port opens', async (t) => {
    let sticks = ['12d1:1446 HUAWEI Mobile'];
    const { driver } = await openBench(t, {
      config: { port: 'auto' },
      driver: {
        candidatePorts: () => Promise.resolve([]),
        storageSticks: () => Promise.resolve(sticks),
      },
    });
    await eventually('told', () => driver.snapshot().trouble === 'wrong-mode');
    assert.equal(driver.snapshot().troubleDetail, '12d1:1446 HUAWEI Mobile');
    sticks = [];
    await eventually('gone', () => driver.snapshot().trouble === 'not-found');
  });

  test('a PIN for a card that asks for none is neither sent nor counted as refused', async (t) => {
    const { usable, driver, state, ledger } = await openBench(t);
    await usable();
    const before = (await state()).sim.pinTries;
    const answer = await driver.execute({ name: 'unlock', pin: '1234', puk: null });
    assert.deepEqual(answer, {
      ok: false,
      detail: 'The SIM asks for no PIN; it is already unlocked.',
    });
    assert.equal((await state()).sim.pinTries, before);
    assert.deepEqual(ledger.attempts, []);
  });

  test('unlock refuses nonsense and the last try', async (t) => {
    const { driver, state } = await openBench(t, { faults: { pinRequired: true } });
    await eventually('up', () => driver.snapshot().state === 'ready');
    assert.equal((await driver.execute({ name: 'unlock', pin: '12', puk: null })).ok, false);
    for (let tries = 0; tries < 4; tries++) {
      const wrong = await driver.execute({ name: 'unlock', pin: '0000', puk: null });
      assert.equal(wrong.ok, false);
    }
    assert.equal((await state()).sim.pinTries, 1);
    const last = await driver.execute({ name: 'unlock', pin: '1234', puk: null });
    assert.match(last.detail, /^Only one try of the PIN is left; .*"force": true\.$/);
    assert.equal((await state()).sim.pinTries, 1);
  });

  test('the last try of the PIN is used when a person says so; no try of the PUK is', async (t) => {
    const { driver, state } = await openBench(t, { faults: { pinRequired: true } });
    await eventually('up', () => driver.snapshot().state === 'ready');
    for (let tries = 0; tries < 2; tries++) {
      await driver.execute({ name: 'unlock', pin: '0000', puk: null });
    }
    assert.equal((await state()).sim.pinTries, 1);
    const wrong = await driver.execute({ name: 'unlock', pin: '0000', puk: null, force: true });
    assert.equal(wrong.ok, false);
    assert.equal((await state()).sim.pinTries, 0);
    const again = await driver.execute({ name: 'unlock', pin: '1234', puk: null, force: true });
    assert.match(again.detail, /^The SIM asks for the PUK; send puk/);
    for (let tries = 0; tries < 12; tries++) {
      const puk = '00000000';
      await driver.execute({ name: 'unlock', pin: '1234', puk, force: true });
    }
    assert.equal((await state()).sim.pukTries, 1);
  });
});

describe('auto port', { concurrency: 2 }, () => {
  test('finds the port that answers as a modem, whatever it is called next time', async (t) => {
    let simulated = '';
    let ports: string[] = [];
    let moved = false;
    const { usable, driver, faults, send } = await openBench(t, {
      config: { port: 'auto' },
      beforeStart: (bench) => {
        simulated = bench.port;
        ports = ['serial:/dev/silent', simulated];
        return Promise.resolve();
      },
      driver: {
        candidatePorts: () =>
          Promise.resolve(moved ? [`${simulated}/`, 'serial:/dev/silent'] : ports),
        openLink: (port) =>
          port === 'serial:/dev/silent'
            ? Promise.resolve(new FakeLink())
            : openLink(port.replace(/\/$/, ''), { clock: realClock }),
      },
    });
    await usable(15_000);
    assert.equal(driver.snapshot().port, simulated);
    moved = true;
    await faults({ dropBeforeCtrlZ: { count: 1 } });
    await send();
    await eventually('moved', () => driver.snapshot().port === `${simulated}/`, 15_000);
    await usable();
  });

  test('a modem that another driver serves is left alone', async (t) => {
    const { driver } = await openBench(t, {
      config: { port: 'auto' },
      beforeStart: (bench) => {
        bench.candidates.push(bench.port);
        return Promise.resolve();
      },
      driver: { imeiInUse: () => true },
    });
    await eventually('absent', () => driver.snapshot().state === 'absent');
    assert.equal(driver.snapshot().trouble, 'not-found');
  });
});
