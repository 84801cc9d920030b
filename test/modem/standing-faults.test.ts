import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DriverSnapshot } from '../../app/modem/index.ts';
import { eventually, openBench } from './bench.ts';

describe('standing faults', { concurrency: 6 }, () => {
  test('a modem that hangs is silent, then recovering, and comes back by itself', async (t) => {
    const { usable, send, faults, driver } = await openBench(t, {
      limits: { reopenMs: 20, resetMs: 1_000, radioCycleMs: 400 },
    });
    await usable();
    await faults({ hang: true });
    const hangsMs = performance.now();
    const seenMs = new Map<DriverSnapshot['state'], number>();
    await eventually(
      'silent, then recovering',
      () => {
        const { state } = driver.snapshot();
        seenMs.set(state, seenMs.get(state) ?? performance.now());
        return seenMs.has('silent') && seenMs.has('recovering');
      },
      40_000,
    );
    const silentMs = seenMs.get('silent') ?? 0;
    assert.ok(silentMs - hangsMs < 15_000, 'a command and the probe after it, 5 s each');
    assert.ok((seenMs.get('recovering') ?? 0) - silentMs > 7_500, 'a look every 5 s sees it');
    assert.equal(driver.ready(), false);
    const recovery = driver.snapshot().recovery;
    assert.equal(recovery.rungs, 4, 'without a hand at the USB power there are four steps');
    assert.equal(recovery.count1h, 1);
    assert.match(recovery.lastReason ?? '', /no answer/);
    await faults({});
    await usable(30_000);
    assert.equal(driver.snapshot().state, 'ready');
    assert.equal((await send()).kind, 'sent');
  });

  test('a lost network holds the queue at once and lets it go when it is back', async (t) => {
    const { usable, faults, driver, events } = await openBench(t);
    await usable();
    await faults({ registrationLost: true });
    await eventually('held', () => driver.hold() === 'not-registered');
    assert.equal(driver.ready(), true);
    await eventually('shown', () => driver.snapshot().radio.registration === 'searching');
    await faults({});
    await usable();
    assert.equal(driver.snapshot().radio.registration, 'home');
    assert.equal(events.filter((event) => event === 'ready').length, 2);
  });

  test('roaming holds the queue unless it is allowed', async (t) => {
    const { usable, control, driver } = await openBench(t);
    await usable();
    await control('/registration', { stat: 5 });
    await eventually('held', () => driver.hold() === 'roaming');
    assert.equal(driver.snapshot().radio.registration, 'roaming');
    const other = await openBench(t, {
      config: { roamingAllowed: true },
      beforeStart: async (bench) => {
        await bench.control('/registration', { stat: 5 });
      },
    });
    await other.usable();
    assert.equal(other.driver.hold(), null);
  });

  test('SMS-only registration can send', async (t) => {
    const { usable, control, driver } = await openBench(t);
    await usable();
    await control('/registration', { stat: 6 });
    await eventually('seen', () => driver.snapshot().radio.registration === 'sms-only');
    assert.equal(driver.hold(), null);
  });

  test('a modem that echoes whatever it is told, octet by octet, in a storm of lines', async (t) => {
    const { usable, send, journal } = await openBench(t, {
      simulator: { profile: 'huawei-e173' },
      faults: { echoOn: true, splitBytes: true, noisyUrcs: true },
    });
    await usable(15_000);
    assert.equal((await send('first')).kind, 'sent');
    assert.equal((await send('second')).kind, 'sent');
    assert.equal((await journal()).length, 2);
  });

  test('a missing SIM is told, and used when it is put in', async (t) => {
    const { usable, faults, driver, send } = await openBench(t, { faults: { simMissing: true } });
    await eventually('missing', () => driver.snapshot().sim.state === 'missing');
    await eventually('up', () => driver.snapshot().state === 'ready');
    assert.equal(driver.ready(), false);
    await faults({});
    await usable();
    assert.equal(driver.snapshot().sim.state, 'ready');
    assert.equal((await send()).kind, 'sent');
  });

  test('a SIM that is pulled in service is noticed', async (t) => {
    const { usable, faults, driver } = await openBench(t);
    await usable();
    await faults({ simMissing: true });
    await eventually('missing', () => driver.snapshot().sim.state === 'missing');
    assert.equal(driver.ready(), false);
    await faults({});
    await usable();
  });

  for (const [fault, state] of [
    ['pukRequired', 'puk'],
    ['pinRequired', 'pin'],
  ] as const) {
    test(`${fault} in service is told at the next beat, not only at the slow check`, async (t) => {
      const limits = { checkMs: 3_600_000 };
      const { usable, faults, driver } = await openBench(t, { limits });
      await usable();
      await faults({ [fault]: true });
      await eventually(state, () => driver.snapshot().sim.state === state);
      assert.equal(driver.ready(), false);
    });
  }

  test('a full store is told, and emptied by reading it', async (t) => {
    const { usable, faults, driver } = await openBench(t);
    await usable();
    await faults({ storageFull: true });
    await eventually('full', () => {
      const { storageUsed, storageTotal } = driver.snapshot().sim;
      return storageTotal !== null && storageUsed === storageTotal;
    });
    await faults({});
    await eventually('not full', () => driver.snapshot().sim.storageUsed === 0);
  });

  test('signal readings have a past', async (t) => {
    const { usable, control, driver } = await openBench(t);
    await usable();
    await control('/signal', { csq: 9 });
    await eventually('weak', () => driver.snapshot().radio.csq === 9);
    const { radio } = driver.snapshot();
    assert.equal(radio.signalDbm, -95);
    assert.equal(radio.signalBars, 2);
    assert.equal(radio.signalMin1hDbm, -95);
    assert.equal(radio.signalMax1hDbm, -73);
    await control('/signal', { csq: 99 });
    await eventually('unknown', () => driver.snapshot().radio.csq === 99);
    assert.equal(driver.snapshot().radio.signalDbm, null);
  });

  test('a modem that restarts by itself is brought up again', async (t) => {
    for (const profile of ['generic', 'huawei-e173', 'zte-mf190']) {
      const { usable, control, driver, send, state } = await openBench(t, {
        simulator: { profile },
      });
      await usable();
      await control('/power', { action: 'reboot' });
      await eventually(`${profile}: noticed`, () => !driver.ready());
      await usable(15_000);
      assert.equal((await state()).restarts > 0, true);
      assert.equal((await send()).kind, 'sent');
    }
  });

  test('a restart without a word is noticed by the echo at the prompt, before the PDU', async (t) => {
    const { usable, control, driver, send, journal } = await openBench(t, {
      simulator: { profile: 'zte-mf190' },
      limits: { pulseMs: 60_000, pollMs: 60_000, checkMs: 60_000 },
    });
    await usable();
    await control('/power', { action: 'reboot' });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.ok(driver.ready(), 'nothing was said');
    assert.deepEqual(await send('first'), {
      kind: 'not-handed-over',
      code: 'modem-reset',
      bracketed: false,
    });
    await usable();
    assert.equal((await send('second')).kind, 'sent');
    assert.deepEqual(
      (await journal()).map((part) => part.text),
      ['second'],
    );
  });
});
