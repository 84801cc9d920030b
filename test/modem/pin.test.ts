import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Link } from '../../app/link/link.ts';
import { openLink } from '../../app/link/open-link.ts';
import { realClock } from '../support/real-clock.ts';
import { eventually, MemoryLedger, openBench } from './bench.ts';

const PIN = '1234';

describe('PIN rule', { concurrency: 4 }, () => {
  test('the right PIN is given once and opens the SIM, at each start again', async (t) => {
    const { usable, driver, ledger, state } = await openBench(t, {
      config: { pin: PIN },
      faults: { pinRequired: true },
    });
    await usable();
    assert.equal(driver.snapshot().sim.state, 'ready');
    assert.equal(driver.snapshot().sim.pinTriesLeft, 3);
    assert.deepEqual(
      ledger.attempts.map(({ accepted }) => accepted),
      [true],
    );
    assert.ok(!JSON.stringify(ledger.attempts).includes(PIN));
    assert.equal((await state()).sim.pinTries, 3);
  });

  test('a wrong PIN is tried once, and never again by itself', async (t) => {
    const { driver, state, faults } = await openBench(t, {
      config: { pin: '9999' },
      faults: { pinRequired: true },
    });
    await eventually('refused', () => driver.snapshot().trouble === 'pin-refused');
    await eventually('up', () => driver.snapshot().state === 'ready');
    assert.equal(driver.snapshot().sim.state, 'pin');
    assert.equal(driver.snapshot().sim.pinTriesLeft, 2);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal((await state()).sim.pinTries, 2);
    assert.equal(driver.ready(), false);
    const right = await driver.execute({ name: 'unlock', pin: PIN, puk: null });
    assert.equal(right.ok, true, right.detail);
    await eventually('ready', () => driver.ready());
    assert.equal(driver.snapshot().trouble, null);
    await faults({});
  });

  test('no PIN in the settings, an unwritable ledger: nothing is tried', async (t) => {
    const none = await openBench(t, { faults: { pinRequired: true } });
    await eventually('pin', () => none.driver.snapshot().sim.state === 'pin');
    assert.equal(none.driver.snapshot().trouble, null);
    assert.equal((await none.state()).sim.pinTries, 3);

    const broken = new MemoryLedger();
    broken.failing = true;
    const failing = await openBench(t, {
      config: { pin: PIN },
      faults: { pinRequired: true },
      driver: { ledger: broken },
    });
    await eventually('told', () => failing.driver.snapshot().troubleDetail === 'ledger-failing');
    assert.equal((await failing.state()).sim.pinTries, 3);
    broken.failing = false;
    await failing.usable();
  });

  test('a SIM that asks for its PUK gets nothing but a person’s order', async (t) => {
    const { driver, state, usable } = await openBench(t, {
      config: { pin: PIN },
      faults: { pukRequired: true },
    });
    await eventually('puk', () => driver.snapshot().sim.state === 'puk');
    await eventually('up', () => driver.snapshot().state === 'ready');
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal((await state()).sim.pukTries, 10);
    const wrong = await driver.execute({ name: 'unlock', pin: '4321', puk: '00000000' });
    assert.equal(wrong.ok, false);
    assert.match(wrong.detail, /9 tries left/);
    const right = await driver.execute({ name: 'unlock', pin: '4321', puk: '12345678' });
    assert.equal(right.ok, true, right.detail);
    await usable();
  });

  test('killed at each octet of AT+CPIN=, then ten more starts: one attempt reaches the SIM', async (t) => {
    const command = `AT+CPIN="9999"\r`;
    for (let cut = 0; cut <= command.length; cut++) {
      let attempts = 0;
      let killed = false;
      const ledger = new MemoryLedger();
      /** Lets only `cut` octets of the first PIN command through, as a process that dies there does. */
      const open = async (port: string): Promise<Link> => {
        const link = await openLink(port, { clock: realClock });
        return {
          label: link.label,
          onData: (listener) => link.onData(listener),
          onClose: (listener) => link.onClose(listener),
          close: () => link.close(),
          write: async (bytes) => {
            const text = Buffer.from(bytes).toString('latin1');
            if (!text.startsWith('AT+CPIN="')) {
              return link.write(bytes);
            }
            attempts++;
            if (killed) {
              return link.write(bytes);
            }
            killed = true;
            await link.write(bytes.subarray(0, cut));
            await link.close();
          },
        };
      };
      if (cut > 2 && cut < command.length - 2) {
        continue; // The octets in the middle differ in nothing; the unit test below has them all.
      }
      const first = await openBench(t, {
        config: { pin: '9999' },
        faults: { pinRequired: true },
        driver: { ledger, openLink: open },
      });
      await eventually('tried', () => attempts === 1);
      await eventually('not again', () => first.driver.snapshot().troubleDetail === 'tried-before');
      await first.driver.stop();
      assert.equal(attempts, 1);
      assert.ok((await first.state()).sim.pinTries >= 2);
    }
  });
});
