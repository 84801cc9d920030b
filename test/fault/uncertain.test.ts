import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/rig.ts';
import { FACTOR, FastRig, type Message } from './fast-rig.ts';

const TEXT = 'Pesan panjang yang perlu tiga bagian. '.repeat(10);
const SILENT = { silentLost: { count: 1 } };
/** Slow enough that the fault is set between two parts. */
const RATE_PER_MINUTE = 6;
const REPORT_MS = 150_000;

type Case = (index: number) => Promise<void>;

let fast: FastRig;

/** Each case has a modem of its own; all run side by side. */
const CASES: Readonly<Record<string, Case>> = {
  'resend sends the part in doubt and the unsent ones, with the same reference': async (index) => {
    const message = await stuckInTheMiddle(index, SILENT);
    await fast.resolve(message.id, 'resend');
    await fast.reaches(message.id, 'delivered');
    assertWhole(message, [1, 2, 3]);
  },
  'sent counts the part in doubt as sent and goes on with the rest': async (index) => {
    const message = await stuckInTheMiddle(index, SILENT);
    await fast.resolve(message.id, 'sent');
    const { parts } = await fast.reaches(message.id, 'sent');
    assertWhole(message, [1, 3]);
    assert.deepEqual(
      parts.map(({ number, status }) => [number, status]),
      [
        [1, 'delivered'],
        [2, 'sent'],
        [3, parts[2]?.status],
      ],
    );
  },
  'cancel sends nothing more and says how much had left': async (index) => {
    const message = await stuckInTheMiddle(index, SILENT);
    const canceled = await fast.resolve(message.id, 'cancel');
    assert.equal(canceled.status, 'canceled');
    assert.match(canceled.timeline.at(-1)?.detail ?? '', /1 of 3 parts/);
    await leavesTheModemFree(index);
    assertWhole(message, [1]);
    const again = await fast.rig.fetch('POST', `/v1/messages/${message.id}/resolve`, {
      action: 'resend',
    });
    assert.equal(again.status, 409, again.body);
  },
  'a late report settles the part in doubt and the rest follows': async (index) => {
    const message = await stuckInTheMiddle(index, {
      silentAccepted: { count: 1 },
      reportLate: { count: 1, ms: REPORT_MS },
    });
    await fast.reaches(message.id, 'delivered');
    assertWhole(message, [1, 2, 3]);
  },
  'under resend nobody is asked': async (index) => {
    const message = await handedOverHalf(index, SILENT, { onUncertain: 'resend' });
    await fast.reaches(message.id, 'delivered');
    assertWhole(message, [1, 2, 3]);
  },
  'no prompt in the middle: the missing parts follow, with the same reference': async (index) => {
    const message = await handedOverHalf(index, { noPrompt: { count: 1 } }, {});
    await fast.reaches(message.id, 'delivered');
    assertWhole(message, [1, 2, 3]);
  },
  'a restart of the modem in the middle: the missing parts follow': async (index) => {
    const message = await handedOverHalf(index, { rebootBefore: { count: 1 } }, {});
    await fast.reaches(message.id, 'delivered');
    assertWhole(message, [1, 2, 3]);
  },
  'a late report of failure settles the message': async (index) => {
    const modem = modemOf(index);
    await fast.rig.faults(
      {
        silentAccepted: { count: 1 },
        reportLate: { count: 1, ms: REPORT_MS },
        reportStatus: { count: 1, tpSt: 0x46 },
      },
      index,
    );
    const message = await fast.post({ modem });
    await fast.reaches(message.id, 'uncertain');
    await fast.reaches(message.id, 'undelivered');
    assertWhole(message, [1]);
  },
  'a late report after a decision does not send again': async (index) => {
    const modem = modemOf(index);
    await fast.rig.faults(
      { silentAccepted: { count: 1 }, reportLate: { count: 1, ms: REPORT_MS } },
      index,
    );
    const message = await fast.post({ modem });
    await fast.reaches(message.id, 'uncertain');
    await fast.resolve(message.id, 'cancel');
    await sleep(REPORT_MS / FACTOR / 2);
    assert.equal((await fast.message(message.id)).status, 'canceled');
    await leavesTheModemFree(index);
    assertWhole(message, [1]);
  },
};

before(async () => {
  const names = Object.keys(CASES);
  fast = await FastRig.create({ modems: names.length });
  await fast.rig.startApi();
  fast.rig.startModem(
    Object.fromEntries(
      names.map((_, index) => [`PISANG_MODEMS_${index}_RATE_PER_MINUTE`, String(RATE_PER_MINUTE)]),
    ),
  );
  await Promise.all(names.map((_, index) => fast.modemReady(modemOf(index))));
});

after(() => fast.close());

describe('messages in doubt', { concurrency: true }, () => {
  for (const [index, [name, play]] of Object.entries(CASES).entries()) {
    it(name, () => play(index));
  }
});

/** A message of three parts whose second one meets `faults`. */
async function handedOverHalf(index: number, faults: object, fields: object): Promise<Message> {
  const message = await fast.post({ modem: modemOf(index), text: TEXT, ...fields });
  await until('the first part is in the network', () => fast.linesTo(message.to).length === 1);
  await fast.rig.faults(faults, index);
  return message;
}

/** As above, until the second part is in doubt. */
async function stuckInTheMiddle(index: number, faults: object): Promise<Message> {
  const { id } = await handedOverHalf(index, faults, {});
  const message = await fast.reaches(id, 'uncertain');
  assert.equal(message.parts[0]?.status, 'delivered');
  assert.equal(message.parts[1]?.status, 'uncertain');
  assert.ok(
    fast.linesTo(message.to).every(({ part }) => part < 3),
    'the rest waits',
  );
  return message;
}

/** Exactly these parts left, each once, as one message. */
function assertWhole({ to }: Message, parts: readonly number[]): void {
  const lines = fast.linesTo(to);
  assert.deepEqual(
    lines.map(({ part }) => part),
    parts,
  );
  assert.equal(new Set(lines.map(({ concatRef }) => concatRef)).size, 1);
}

async function leavesTheModemFree(index: number): Promise<void> {
  const { id } = await fast.post({ modem: modemOf(index) });
  await fast.reaches(id, 'delivered');
}

function modemOf(index: number): string {
  return `modem${index + 1}`;
}
