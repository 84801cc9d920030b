import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { after, before, test } from 'node:test';
import { until } from '../support/rig.ts';
import { FastRig, type Message } from './fast-rig.ts';

/** The worker's patience with a part that an earlier process handed over. */
const LATE_ANSWER_SECONDS = 60;
const SEND_MS = 10_000;
const UNREPORTED = { reportMissing: { probability: 1 } };

let fast: FastRig;
let worker: ChildProcess;

before(async () => {
  fast = await FastRig.create({
    modems: 2,
    sendMs: SEND_MS,
    config: { queue: { lateAnswerSeconds: LATE_ANSWER_SECONDS } },
  });
  await fast.rig.startApi();
  worker = fast.rig.startModem();
  await Promise.all([fast.modemReady('modem1'), fast.modemReady('modem2')]);
});

after(() => fast.close());

test('of two modems one hangs with a part in its hands; the other sends everything else', async () => {
  const stuck = await handedOver();
  await fast.rig.faults({ hang: true });
  const messages: Message[] = [];
  for (let i = 0; i < 8; i++) {
    messages.push(await fast.post());
  }
  for (const { id, to } of messages) {
    await fast.reaches(id, 'delivered');
    assert.deepEqual(
      fast.linesTo(to).map(({ modem }) => modem.length > 0),
      [true],
    );
  }
  const codes = (await fast.conditions('modem1')).map(({ code }) => code);
  const { modem } = await fast.message(messages.at(-1)?.id ?? '');
  assert.equal(modem, 'modem2', codes.join());
  await fast.rig.faults({});
  // The network has it, and its report says so when the modem hears again.
  await fast.reaches(stuck.id, 'delivered');
  assert.equal(fast.linesTo(stuck.to).length, 1);
  const next = await fast.post({ modem: 'modem1' });
  await fast.reaches(next.id, 'delivered');
});

test('a late answer settles a part that a dead worker handed over; the other modem goes on', async () => {
  await fast.rig.faults({ ...UNREPORTED, lateResultNextConnection: { count: 1 } });
  const open = await handedOver();
  await restart();
  const other = await fast.post({ modem: 'modem2' });
  await fast.reaches(other.id, 'delivered');
  await fast.reaches(open.id, 'sent');
  assert.equal(fast.linesTo(open.to).length, 1);
  await proves('modem1');
});

test('without an answer the part is in doubt when the patience is over, and not before', async () => {
  await fast.rig.faults({ ...UNREPORTED, silentAccepted: { count: 1 } });
  const open = await handedOver();
  await restart();
  const diedAtMs = fast.nowMs();
  const waiting = await fast.post({ modem: 'modem1' });
  const other = await fast.post({ modem: 'modem2' });
  await fast.reaches(other.id, 'delivered');
  assert.equal((await fast.message(open.id)).status, 'sending');
  assert.equal((await fast.message(waiting.id)).status, 'queued', 'nothing is sent meanwhile');
  const message = await fast.reaches(open.id, 'uncertain');
  assert.equal(message.error?.code, 'interrupted-after-hand-over');
  const waitedMs = Date.parse(message.timeline.at(-1)?.at ?? '') - diedAtMs;
  assert.ok(waitedMs > (LATE_ANSWER_SECONDS - 15) * 1_000, `${waitedMs} ms`);
  await fast.rig.faults({});
  await fast.reaches(waiting.id, ['sent', 'delivered']);
  await fast.resolve(open.id, 'sent');
  assert.equal(fast.linesTo(open.to).length, 1);
});

test('a report that comes to the next worker settles the part', async () => {
  await fast.rig.faults({ silentAccepted: { count: 1 } });
  const open = await handedOver();
  await restart();
  await fast.reaches(open.id, 'delivered');
  assert.equal(fast.linesTo(open.to).length, 1);
});

for (const [how, faults] of [
  ['a report', { silentAccepted: { count: 1 } }],
  ['a late answer', { ...UNREPORTED, lateResultNextConnection: { count: 1 } }],
] as const) {
  test(`${how} that comes to the next worker lets the message's other parts follow`, async () => {
    await fast.rig.faults(faults);
    const { id, to } = await fast.post({ modem: 'modem1', text: 'Tiga bagian. '.repeat(30) });
    await fast.reaches(id, 'sending');
    await restart();
    await until('the other parts were sent', () => fast.linesTo(to).length === 3);
    await fast.reaches(id, ['sent', 'delivered']);
    assert.equal(fast.linesTo(to).length, 3);
    await proves('modem1');
  });
}

test('killed before the prompt, the message is simply sent by the next worker', async () => {
  await fast.rig.faults({ latePrompt: { count: 1, ms: 15_000 } });
  const message = await fast.post({ modem: 'modem1' });
  await until('the modem has the command', async () => {
    const { latePrompt } = JSON.parse((await fast.rig.control('GET', '/faults')).body) as {
      latePrompt?: { count: number };
    };
    return (latePrompt?.count ?? 0) === 0;
  });
  await restart();
  await fast.reaches(message.id, 'delivered');
  assert.equal(fast.linesTo(message.to).length, 1);
});

/** A message that modem1 has, and the network has not answered yet. */
async function handedOver(): Promise<Message> {
  const { id } = await fast.post({ modem: 'modem1' });
  const message = await fast.reaches(id, 'sending');
  // The queue says so before the part goes over the line.
  await until('the modem has the part', async () => {
    const state = JSON.parse((await fast.rig.control('GET', '/state')).body) as { mode: string };
    return state.mode === 'busy';
  });
  return message;
}

async function restart(): Promise<void> {
  await fast.rig.kill(worker);
  worker = fast.rig.startModem();
}

async function proves(modem: string): Promise<void> {
  await fast.rig.faults({});
  const { id } = await fast.post({ modem });
  await fast.reaches(id, 'delivered');
}
