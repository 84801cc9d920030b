import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import type { CrashPoint } from '../../app/outbox/crash-points.ts';
import { exitOf, until } from '../support/rig.ts';
import { FastRig } from './fast-rig.ts';

const LONG_TEXT = 'Pesan masuk yang datang dalam beberapa bagian. '.repeat(8).trim();

/** Commits that a load of plain messages never reaches: the worker dies right before or after one. */
describe('the worker dies at a commit', { concurrency: true }, () => {
  let fast: FastRig;

  before(async () => {
    fast = await FastRig.create({ config: { queue: { lateAnswerSeconds: 5 } } });
    await fast.rig.startApi();
  });

  after(() => fast.close());

  describe('one after another', { concurrency: 1 }, () => {
    for (const point of [
      'worker.before-inbound-commit',
      'worker.after-inbound-commit',
    ] as const satisfies readonly CrashPoint[]) {
      it(`${point}: a received message is shown once, whole, and leaves the modem`, async () => {
        const text = `${point} ${LONG_TEXT}`;
        const dying = diesAt(fast, point, 2);
        await fast.modemReady();
        await fast.rig.control('POST', '/inbound', { from: '+6281200001111', text });
        assert.equal(await exitOf(dying), 'SIGKILL');
        const worker = fast.rig.startModem();
        await until('the message is shown', async () => (await inbox(fast, text)).length > 0);
        await until('the modem is empty', async () => {
          const { body } = await fast.rig.control('GET', '/state');
          const { stored, held } = JSON.parse(body) as {
            stored: Record<string, number>;
            held: { messages: number };
          };
          return held.messages === 0 && Object.values(stored).every((count) => count === 0);
        });
        assert.equal((await inbox(fast, text)).length, 1);
        await fast.rig.kill(worker);
      });
    }

    it('worker.before-failure-commit: what was refused is in doubt, and was not sent', async () => {
      const message = await refusedWhileDying('worker.before-failure-commit');
      const worker = fast.rig.startModem();
      await fast.reaches(message.id, 'uncertain');
      assert.equal(fast.linesTo(message.to).length, 0);
      await fast.resolve(message.id, 'resend');
      await fast.reaches(message.id, 'delivered');
      assert.equal(fast.linesTo(message.to).length, 1);
      await fast.rig.kill(worker);
    });

    it('worker.after-failure-commit: what was refused waits and is sent', async () => {
      const message = await refusedWhileDying('worker.after-failure-commit');
      assert.equal((await fast.message(message.id)).status, 'queued');
      const worker = fast.rig.startModem();
      await fast.reaches(message.id, 'delivered');
      assert.equal(fast.linesTo(message.to).length, 1);
      await fast.rig.kill(worker);
    });

    for (const point of [
      'worker.before-report-commit',
      'worker.after-report-commit',
    ] as const satisfies readonly CrashPoint[]) {
      it(`${point}: the report is not lost`, async () => {
        const dying = diesAt(fast, point);
        const message = await fast.post();
        assert.equal(await exitOf(dying), 'SIGKILL');
        const worker = fast.rig.startModem();
        await fast.reaches(message.id, 'delivered');
        assert.equal(fast.linesTo(message.to).length, 1);
        await fast.rig.kill(worker);
      });
    }

    it('worker.before-pin-commit: the PIN is still to be given', async () => {
      await fast.rig.faults({ pinRequired: true });
      const dying = diesAt(fast, 'worker.before-pin-commit', 1, '1234');
      assert.equal(await exitOf(dying), 'SIGKILL');
      const worker = fast.rig.startModem({ PISANG_MODEMS_0_PIN: '1234' });
      const message = await fast.post();
      await fast.reaches(message.id, 'delivered');
      await fast.rig.kill(worker);
      await fast.rig.faults({});
    });
  });

  async function refusedWhileDying(point: CrashPoint): ReturnType<FastRig['post']> {
    await fast.rig.faults({ cmsError: { count: 1, code: 27 } });
    const dying = diesAt(fast, point);
    const message = await fast.post();
    assert.equal(await exitOf(dying), 'SIGKILL');
    return message;
  }
});

it('worker.after-pin-commit: the attempt counts, and a person gives the PIN', async () => {
  const fast = await FastRig.create();
  try {
    await fast.rig.startApi();
    await fast.rig.faults({ pinRequired: true });
    assert.equal(await exitOf(diesAt(fast, 'worker.after-pin-commit', 1, '1234')), 'SIGKILL');
    fast.rig.startModem({ PISANG_MODEMS_0_PIN: '1234' });
    await until('the status says it', async () =>
      (await fast.conditions()).some(({ code }) => code === 'sim-pin-refused'),
    );
    assert.equal((await fast.simulator()).sim.pinTries, 3);
    const answer = await fast.rig.fetch('POST', '/v1/modems/modem1/actions/unlock', {
      pin: '1234',
    });
    assert.equal(answer.status, 200, answer.body);
    const message = await fast.post();
    await fast.reaches(message.id, 'delivered');
  } finally {
    await fast.close();
  }
});

function diesAt(fast: FastRig, point: CrashPoint, visit = 1, pin?: string): ChildProcess {
  return fast.rig.startModem({
    PISANG_TEST_CRASH_AT: `${point}:${visit}`,
    ...(pin === undefined ? {} : { PISANG_MODEMS_0_PIN: pin }),
  });
}

async function inbox(fast: FastRig, text: string): Promise<unknown[]> {
  const { items } = JSON.parse((await fast.rig.fetch('GET', '/v1/inbox')).body) as {
    items: { text: string }[];
  };
  return items.filter((item) => item.text === text);
}
