import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReceivedSms } from '../../app/modem/index.ts';
import { eventually, openBench } from './bench.ts';

const hello = { from: '+628123456789', text: 'halo' };

describe('inbound', { concurrency: 6 }, () => {
  for (const profile of ['generic', 'huawei-e173', 'sim800', 'quectel-ec25']) {
    test(`${profile}: a message is handed on at once, then deleted from the modem`, async (t) => {
      const { usable, control, inbound, state } = await openBench(t, {
        simulator: { profile },
        limits: { pollMs: 60_000 },
      });
      await usable();
      await control('/inbound', hello);
      await eventually('received', () => inbound.length === 1);
      assert.equal(inbound[0]?.deliver?.from, hello.from);
      assert.equal(inbound[0]?.deliver?.text, hello.text);
      await eventually('deleted', async () => (await state()).stored['SM'] === 0);
    });
  }

  test('what came while nobody listened is read before the modem is ready', async (t) => {
    const order: string[] = [];
    const { usable, state } = await openBench(t, {
      beforeStart: async ({ control }) => {
        await control('/inbound', hello);
        await control('/inbound', { from: 'TELKOMSEL', text: 'x'.repeat(400) });
      },
      driver: {
        onInbound: () => {
          order.push('inbound');
          return Promise.resolve();
        },
        onReady: () => order.push('ready'),
      },
    });
    await usable();
    assert.deepEqual(order, ['inbound', 'inbound', 'inbound', 'inbound', 'ready']);
    assert.equal((await state()).stored['SM'], 0);
  });

  test('nothing is deleted before the commit, and a failing commit loses nothing', async (t) => {
    let fail = true;
    let commit: (() => void) | null = null;
    const stored: ReceivedSms[] = [];
    const { usable, control, state, driver } = await openBench(t, {
      driver: {
        onInbound: async (received) => {
          if (fail) {
            throw new Error('the disk is full');
          }
          await new Promise<void>((resolve) => {
            commit = resolve;
          });
          stored.push(received);
        },
      },
    });
    await usable();
    await control('/inbound', hello);
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal((await state()).stored['SM'], 1);
    assert.ok(driver.ready(), 'sending does not suffer');
    fail = false;
    await eventually('polled again', () => commit !== null);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal((await state()).stored['SM'], 1, 'the commit has not returned');
    (commit as (() => void) | null)?.();
    await eventually('deleted', async () => (await state()).stored['SM'] === 0);
    assert.equal(stored.length, 1);
  });

  test('a trial start reads and deletes nothing', async (t) => {
    const { usable, inbound, state, control } = await openBench(t, {
      driver: { claimInbound: false },
    });
    await usable();
    await control('/inbound', hello);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    assert.equal(inbound.length, 0);
    assert.equal((await state()).stored['SM'], 1);
  });

  test('a flash message and emoji come whole', async (t) => {
    const { usable, control, inbound } = await openBench(t);
    await usable();
    await control('/inbound', { ...hello, flash: true });
    await eventually('flash', () => inbound.length === 1);
    assert.equal(inbound[0]?.deliver?.flash, true);
    await control('/inbound', { from: '+628123456789', text: '🍌'.repeat(50) });
    await eventually('parts', () => inbound.length >= 3);
    assert.deepEqual(
      inbound.slice(1).map(({ deliver }) => deliver?.concat?.total),
      [2, 2],
    );
  });

  test('a PDU that nobody can read is kept raw and cleared from the modem', async (t) => {
    const { usable, control, inbound, state } = await openBench(t);
    await usable();
    await control('/inbound', { pdu: '00040B91' });
    await eventually('kept', () => inbound.length === 1);
    assert.deepEqual(inbound[0], { pdu: '00040B91', deliver: null });
    await eventually('cleared', async () => (await state()).stored['SM'] === 0);
  });

  test('messages and reports arrive while parts are sent without a pause', async (t) => {
    const { usable, control, send, inbound, reports, journal, state } = await openBench(t, {
      simulator: { sendMs: 5 },
    });
    await usable();
    for (let number = 0; number < 40; number++) {
      if (number % 4 === 0) {
        void control('/inbound', { from: '+628123456789', text: `no ${number}` });
      }
      assert.equal((await send(`part ${number}`)).kind, 'sent');
    }
    await eventually('all', () => inbound.length >= 10 && reports.length >= 40);
    assert.equal(new Set(inbound.map(({ pdu }) => pdu)).size, 10);
    assert.equal(new Set(reports.map(({ report }) => report.reference)).size, 40);
    assert.equal((await journal()).length, 40);
    await eventually('emptied', async () => (await state()).stored['SM'] === 0);
  });
});
