import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/rig.ts';
import { FastRig } from './fast-rig.ts';

const MAX_ATTEMPTS = 3;
const DAILY_CAP = 3;
const RATE_PER_MINUTE = 20;
const SECOND_MS = 1_000;

type Case = (modem: string, index: number) => Promise<void>;

let fast: FastRig;

const CASES: Readonly<Record<string, Case>> = {
  'more urgent ones first, equals in their order': async (modem, index) => {
    await fast.rig.faults({ registrationLost: true }, index);
    await until('the modem holds back', async () => {
      const { items } = JSON.parse((await fast.rig.fetch('GET', '/v1/modems')).body) as {
        items: { id: string; sending: { holding: string | null } }[];
      };
      return items.find(({ id }) => id === modem)?.sending.holding === 'not-registered';
    });
    const posted = [];
    for (const priority of ['low', 'normal', 'high', 'low', 'normal', 'high']) {
      posted.push(await fast.post({ modem, priority, text: `${priority} ${posted.length}` }));
    }
    await fast.rig.faults({}, index);
    for (const { id } of posted) {
      await fast.reaches(id, 'delivered');
    }
    const recipients = new Set(posted.map(({ to }) => to));
    assert.deepEqual(
      fast.rig
        .journal()
        .filter(({ to }) => recipients.has(to))
        .map(({ text }) => text),
      ['high 2', 'high 5', 'normal 1', 'normal 4', 'low 0', 'low 3'],
    );
  },
  'not before its time': async (modem) => {
    const sendAtMs = Math.ceil(fast.nowMs()) + 30 * SECOND_MS;
    const message = await fast.post({ modem, sendAt: new Date(sendAtMs).toISOString() });
    assert.equal(message.status, 'scheduled');
    await fast.reaches(message.id, 'delivered');
    const [line] = fast.linesTo(message.to);
    const lateMs = Date.parse(line?.at ?? '') - sendAtMs;
    assert.ok(lateMs >= 0 && lateMs < 30 * SECOND_MS, `${lateMs} ms late`);
  },
  'a message that outlives its validity is never sent': async (modem, index) => {
    await fast.rig.faults({ registrationLost: true }, index);
    const message = await fast.post({ modem, validitySeconds: 60 });
    const expired = await fast.reaches(message.id, 'expired');
    const livedMs =
      Date.parse(expired.timeline.at(-1)?.at ?? '') - Date.parse(expired.timeline[0]?.at ?? '');
    assert.ok(livedMs >= 60 * SECOND_MS, `${livedMs} ms`);
    await fast.rig.faults({}, index);
    const next = await fast.post({ modem });
    await fast.reaches(next.id, 'delivered');
    assert.equal(fast.linesTo(message.to).length, 0);
  },
  'attempts have an end': async (modem, index) => {
    await fast.rig.faults({ cmsError: { probability: 1, code: 302 } }, index);
    const message = await fast.post({ modem });
    const failed = await fast.reaches(message.id, 'failed');
    assert.equal(failed.attempts, MAX_ATTEMPTS);
    assert.equal(failed.error?.code, 'cms-302');
    assert.equal(failed.timeline.filter(({ event }) => event === 'sending').length, MAX_ATTEMPTS);
    assert.equal(fast.linesTo(message.to).length, 0);
    await fast.rig.faults({}, index);
    const next = await fast.post({ modem });
    await fast.reaches(next.id, 'delivered');
  },
  'one that waits for its next attempt lets the others pass': async (modem, index) => {
    await fast.rig.faults({ cmsError: { count: 1, code: 27 } }, index);
    const first = await fast.post({ modem });
    const second = await fast.post({ modem });
    await fast.reaches(second.id, 'delivered');
    assert.equal((await fast.message(first.id)).status, 'queued');
    await fast.reaches(first.id, 'delivered');
    assert.equal(fast.linesTo(first.to).length, 1);
  },
  'no more a day than the cap, of which the status tells': async (modem) => {
    const posted = [];
    for (let i = 0; i < DAILY_CAP + 2; i++) {
      posted.push(await fast.post({ modem }));
    }
    for (const { id } of posted.slice(0, DAILY_CAP)) {
      await fast.reaches(id, 'delivered');
    }
    await until('the cap shows', async () =>
      (await fast.conditions()).some(({ code }) => code === 'rate-cap-reached'),
    );
    for (const { id, to } of posted.slice(DAILY_CAP)) {
      assert.equal((await fast.message(id)).status, 'queued');
      assert.equal(fast.linesTo(to).length, 0);
    }
  },
  'no faster than the rate': async (modem) => {
    const posted = [];
    for (let i = 0; i < 5; i++) {
      posted.push(await fast.post({ modem }));
    }
    for (const { id } of posted) {
      await fast.reaches(id, 'delivered');
    }
    const times = posted.map(({ to }) => Date.parse(fast.linesTo(to)[0]?.at ?? ''));
    const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    const leastMs = ((posted.length - 1) * 60_000) / RATE_PER_MINUTE;
    assert.ok(spanMs >= 0.9 * leastMs && spanMs < 3 * leastMs, `${spanMs} ms`);
  },
};

before(async () => {
  const names = Object.keys(CASES);
  fast = await FastRig.create({
    modems: names.length,
    config: { queue: { maxAttempts: MAX_ATTEMPTS } },
  });
  await fast.rig.startApi();
  fast.rig.startModem({
    [`PISANG_MODEMS_${names.length - 2}_DAILY_CAP`]: String(DAILY_CAP),
    [`PISANG_MODEMS_${names.length - 1}_RATE_PER_MINUTE`]: String(RATE_PER_MINUTE),
  });
  await Promise.all(names.map((_, index) => fast.modemReady(`modem${index + 1}`)));
});

after(() => fast.close());

describe('what leaves when', { concurrency: true }, () => {
  for (const [index, [name, play]] of Object.entries(CASES).entries()) {
    it(name, () => play(`modem${index + 1}`, index));
  }
});
