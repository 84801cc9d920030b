import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openBench } from './bench.ts';

const FAMILIES: readonly (readonly [profile: string, family: string])[] = [
  ['generic', 'generic'],
  ['huawei-e173', 'huawei-e173'],
  ['zte-mf190', 'zte-mf190'],
  ['sim800', 'sim800'],
  ['sim7600', 'sim7600'],
  ['quectel-ec25', 'quectel-ec25'],
];

describe('bring-up', { concurrency: 4 }, () => {
  for (const [profile, family] of FAMILIES) {
    test(`${profile}: comes up, sends, gets its report`, async (t) => {
      const { driver, usable, send, journal, reports } = await openBench(t, {
        simulator: { profile },
      });
      await usable();
      const snapshot = driver.snapshot();
      assert.equal(snapshot.family, family);
      assert.equal(snapshot.simulated, true);
      assert.equal(snapshot.state, 'ready');
      assert.equal(snapshot.trouble, null);
      assert.equal(snapshot.sim.state, 'ready');
      assert.match(snapshot.sim.iccid ?? '', /^89\d{16,18}$/);
      assert.equal(snapshot.sim.smsc, '+6281100000');
      assert.equal(snapshot.radio.registration, 'home');
      assert.equal(snapshot.radio.operator, 'TELKOMSEL');
      assert.equal(snapshot.radio.plmn, '51010');
      assert.equal(snapshot.radio.csq, 20);
      assert.ok((snapshot.radio.signalBars ?? 0) >= 4);
      const outcome = await send();
      assert.equal(outcome.kind, 'sent');
      assert.deepEqual(
        (await journal()).map((part) => part.text),
        ['pesan'],
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(reports.length, 1);
      assert.equal(reports[0]?.report.outcome, 'delivered');
      assert.equal(outcome.kind === 'sent' && outcome.reference, reports[0]?.report.reference);
    });
  }
});
