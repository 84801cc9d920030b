import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SendOutcome } from '../../app/modem/index.ts';
import { eventually, openBench } from './bench.ts';

interface Case {
  readonly fault: Record<string, unknown>;
  readonly profile?: string;
  /** The outcome without its figures. */
  readonly outcome: Partial<SendOutcome>;
  /** Whether the network has the part. */
  readonly taken: boolean;
}

const notHandedOver = (code: string, bracketed: boolean): Partial<SendOutcome> => ({
  kind: 'not-handed-over',
  code,
  bracketed,
});
const unknown = (code: string): Partial<SendOutcome> => ({ kind: 'unknown', code });
const refused = (kind: 'cms' | 'cme', code: number): Partial<SendOutcome> => ({
  kind: 'refused',
  error: { kind, code },
  afterCtrlZ: true,
  bracketed: true,
});
const SENT: Partial<SendOutcome> = { kind: 'sent' };
const once = { count: 1 };

const CASES: readonly Case[] = [
  { fault: { noPrompt: once }, outcome: notHandedOver('no-prompt', false), taken: false },
  { fault: { latePrompt: { ...once, ms: 50 } }, outcome: SENT, taken: true },
  {
    fault: { latePrompt: { ...once, ms: 900 } },
    outcome: notHandedOver('no-prompt', false),
    taken: false,
  },
  {
    fault: { cmsAtPrompt: { ...once, code: 302 } },
    outcome: {
      kind: 'refused',
      error: { kind: 'cms', code: 302 },
      afterCtrlZ: false,
      bracketed: false,
    },
    taken: false,
  },
  { fault: { cmsError: { ...once, code: 38 } }, outcome: refused('cms', 38), taken: false },
  { fault: { cmsError: { ...once, code: 1 } }, outcome: refused('cms', 1), taken: false },
  { fault: { cmsError: { ...once, code: 208 } }, outcome: refused('cms', 208), taken: false },
  { fault: { cmsError: { ...once, code: 332 } }, outcome: unknown('cms-332'), taken: false },
  { fault: { cmsError: { ...once, code: 197 } }, outcome: { kind: 'already-sent' }, taken: false },
  { fault: { cmeError: { ...once, code: 14 } }, outcome: refused('cme', 14), taken: false },
  { fault: { bareError: once }, outcome: unknown('bare-error'), taken: false },
  { fault: { silentAccepted: once }, outcome: unknown('no-answer'), taken: true },
  { fault: { silentLost: once }, outcome: unknown('no-answer'), taken: false },
  {
    fault: { acceptedThenError: { ...once, code: 500 } },
    outcome: unknown('cms-500'),
    taken: true,
  },
  { fault: { dropBeforeCtrlZ: once }, outcome: { kind: 'not-handed-over' }, taken: false },
  { fault: { dropAfterCtrlZ: once }, outcome: unknown('link-lost-after-hand-over'), taken: true },
  { fault: { rebootBefore: once }, outcome: notHandedOver('modem-reset', false), taken: false },
  { fault: { rebootAfter: once }, outcome: unknown('modem-reset-after-hand-over'), taken: true },
  {
    fault: { rebootBefore: once },
    profile: 'huawei-e173',
    outcome: { kind: 'not-handed-over' },
    taken: false,
  },
  { fault: { rebootAfter: once }, profile: 'zte-mf190', outcome: { kind: 'unknown' }, taken: true },
  { fault: { lostOk: once }, outcome: SENT, taken: true },
  { fault: { urcInMiddle: { ...once, line: '^RSSI:17' } }, outcome: SENT, taken: true },
  { fault: { urcInMiddle: { ...once, line: '+CREG: 2' } }, outcome: SENT, taken: true },
  { fault: { urcInMiddle: { ...once, line: '+CUSD: 0,"a > b"' } }, outcome: SENT, taken: true },
  { fault: { garbage: once }, outcome: SENT, taken: true },
  { fault: { splitBytes: true }, outcome: SENT, taken: true },
  // Echo that comes on in service looks as a restart does; what it costs is a fresh bring-up.
  { fault: { echoOn: true }, outcome: notHandedOver('modem-reset', false), taken: false },
  {
    fault: { noisyUrcs: true },
    profile: 'huawei-e173',
    outcome: SENT,
    taken: true,
  },
];

describe('sending', { concurrency: 6 }, () => {
  for (const { fault, profile, outcome, taken } of CASES) {
    test(`${JSON.stringify(fault)} ${profile ?? ''}: the outcome is true, then the next part goes`, async (t) => {
      const { usable, send, faults, journal, driver } = await openBench(t, {
        simulator: { profile: profile ?? 'generic' },
      });
      await usable();
      await faults(fault);
      // A commit takes a moment; what happens at the prompt is seen before it is done.
      const first = await send('first', async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return 'committed';
      });
      for (const [key, value] of Object.entries(outcome)) {
        assert.deepEqual(first[key as keyof SendOutcome], value, JSON.stringify(first));
      }
      // What the worker does with a part that was not sent: it waits until the modem is usable again.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await usable(20_000);
      const second = await send('second');
      assert.equal(second.kind, 'sent', JSON.stringify([second, driver.snapshot()]));
      assert.deepEqual(
        (await journal()).map((part) => part.text),
        taken ? ['first', 'second'] : ['second'],
      );
    });
  }

  test('a result that comes with the next connection belongs to the part that was given up', async (t) => {
    const { usable, send, faults, journal, late, driver } = await openBench(t, {
      limits: { resultMs: 1_500 },
    });
    await usable();
    await faults({ lateResultNextConnection: once });
    assert.deepEqual(await send('first'), { kind: 'unknown', code: 'link-lost-after-hand-over' });
    await usable();
    assert.equal(late.length, 1);
    const [first] = await journal();
    assert.equal(late[0], first?.reference);
    const second = await send('second');
    assert.equal(second.kind, 'sent');
    assert.notEqual(second.kind === 'sent' && second.reference, first?.reference);
    assert.equal(driver.snapshot().recovery.count1h, 1);
  });

  test('a prompt whose commit takes too long gets no PDU', async (t) => {
    const { usable, send, journal } = await openBench(t, { limits: { handOverMs: 100 } });
    await usable();
    const slow = await send('first', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return 'committed';
    });
    assert.deepEqual(slow, {
      kind: 'not-handed-over',
      code: 'hand-over-too-slow',
      bracketed: true,
    });
    await usable();
    assert.equal((await send('second')).kind, 'sent');
    assert.deepEqual(
      (await journal()).map((part) => part.text),
      ['second'],
    );
  });

  test('a canceled part and a failing commit get no PDU', async (t) => {
    const { usable, send, journal } = await openBench(t);
    await usable();
    assert.deepEqual(await send('first', () => Promise.resolve('gone')), { kind: 'gone' });
    const failed = await send('second', () => Promise.reject(new Error('disk full')));
    assert.deepEqual(failed, { kind: 'not-handed-over', code: 'storage-failing', bracketed: true });
    assert.equal((await send('third')).kind, 'sent');
    assert.deepEqual(
      (await journal()).map((part) => part.text),
      ['third'],
    );
  });

  test('two parts without an answer begin the recovery, and the third part goes', async (t) => {
    const { usable, send, faults, driver } = await openBench(t);
    await usable();
    await faults({ silentLost: { count: 2 } });
    await send('first');
    await usable();
    await send('second');
    await eventually('recovering', () => driver.snapshot().recovery.count1h === 1);
    await usable(15_000);
    assert.match(driver.snapshot().recovery.lastReason ?? '', /no result/);
    const third = await send('third');
    assert.equal(third.kind, 'sent', JSON.stringify(third));
  });

  test('a part for a modem that is not ready is given back at once', async (t) => {
    const { send } = await openBench(t, { faults: { hang: true } });
    assert.deepEqual(await send(), {
      kind: 'not-handed-over',
      code: 'modem-not-ready',
      bracketed: false,
    });
  });
});
