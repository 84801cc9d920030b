import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEND_FAULTS } from '../../app/simulator/fault-names.ts';
import { until } from '../support/rig.ts';
import { FastRig, type Message } from './fast-rig.ts';

const MODEMS = 3;
const MESSAGES = 90;
const STORM_MS = 20_000;
const PROBABILITY = 0.02;
const DRAIN_MS = 120_000;
const LONG_TEXT = 'Pesan panjang yang perlu tiga bagian. '.repeat(10);

let fast: FastRig;

before(async () => {
  fast = await FastRig.create({ modems: MODEMS, sendMs: 500 });
  await fast.rig.startApi();
  fast.rig.startModem();
  await Promise.all(modems().map((index) => fast.modemReady(`modem${index + 1}`)));
});

after(() => fast.close());

test('all faults at random: nothing lost or doubled in silence, and all is sent in the end', async (t) => {
  const faults = Object.fromEntries(
    Object.keys(SEND_FAULTS).map((name) => [name, { probability: PROBABILITY }]),
  );
  await Promise.all(modems().map((index) => fast.rig.faults(faults, index)));
  const posted: Message[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    posted.push(await fast.post({ text: i % 6 === 0 ? LONG_TEXT : `badai ${i}` }));
    await sleep(STORM_MS / MESSAGES);
  }
  await Promise.all(modems().map((index) => fast.rig.faults({}, index)));

  let messages = posted;
  await until(
    'nothing moves any more',
    async () => {
      messages = await Promise.all(posted.map(({ id }) => fast.message(id)));
      return messages.every(({ status }) => !['scheduled', 'queued', 'sending'].includes(status));
    },
    DRAIN_MS,
  ).catch((error: unknown) => {
    const moving = messages.filter(({ status }) => ['queued', 'sending'].includes(status));
    throw new Error(`${String(error)}: ${JSON.stringify(moving, null, 1)}`);
  });

  for (const message of messages) {
    const lines = fast.linesTo(message.to).map(({ part }) => part);
    const story = `${JSON.stringify(message, null, 1)} ${lines.join()}`;
    assert.equal(new Set(lines).size, lines.length, `a part twice: ${story}`);
    if (['sent', 'delivered', 'undelivered'].includes(message.status)) {
      assert.equal(lines.length, message.parts.length, `a part never left: ${story}`);
    }
    assert.notEqual(message.status, 'failed', story);
  }
  const doubtful = messages.filter(({ status }) => status === 'uncertain');
  t.diagnostic(`${messages.length} messages, ${doubtful.length} in doubt after the storm`);
  for (const { id } of doubtful) {
    await fast.resolveUnlessSettled(id, 'resend');
  }
  for (const { id, to, parts } of doubtful) {
    // A report of the storm may say that one of its other parts did not reach the phone.
    await fast.reaches(id, ['sent', 'delivered', 'undelivered']);
    const left = new Set(fast.linesTo(to).map(({ part }) => part));
    assert.equal(left.size, parts.length, `a part of ${id} never left`);
  }
  for (const index of modems()) {
    const { id } = await fast.post({ modem: `modem${index + 1}` });
    await fast.reaches(id, 'delivered');
  }
});

function modems(): number[] {
  return Array.from({ length: MODEMS }, (_, index) => index);
}
