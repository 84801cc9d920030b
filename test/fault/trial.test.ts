import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/rig.ts';
import { FACTOR, FastRig } from './fast-rig.ts';

const MESSAGE = { to: '+6289612345678', text: 'pesan' };
/** On the rig's clock: longer than a modem's store is left alone. */
const STORE_POLL_MS = 70_000;

let fast: FastRig;
let worker: ChildProcess;

before(async () => {
  fast = await FastRig.create();
});

after(() => fast.close());

async function stored(): Promise<number> {
  const state: unknown = await fast.simulator();
  return (state as { stored: Record<string, number> }).stored['SM'] ?? 0;
}

async function inbox(): Promise<number> {
  const answer = await fast.rig.fetch('GET', '/v1/inbox');
  return (JSON.parse(answer.body) as { items: unknown[] }).items.length;
}

test('a trial start accepts, sends, changes and deletes nothing until it is marked good', async () => {
  const { rig } = fast;
  const earlier = await rig.startApi();
  const waiting = await fast.post();
  const other = await fast.post();
  await rig.kill(earlier, 'SIGTERM');

  const runDir = join(rig.dir, 'run');
  mkdirSync(runDir, { recursive: true });
  writeFileSync(join(runDir, 'trial'), '');
  const api = await rig.startApi();
  assert.equal((await rig.fetch('GET', '/health/boot')).status, 503, 'no worker yet');
  worker = rig.startModem();
  await fast.modemReady();
  assert.equal((await rig.fetch('GET', '/health/boot')).status, 200);
  assert.equal((await rig.control('POST', '/inbound', { from: '+62811', text: 'hi' })).status, 200);

  const refused = [
    await rig.fetch('POST', '/v1/messages', MESSAGE),
    await rig.fetch('POST', '/v1/messages', MESSAGE, { 'idempotency-key': 'k' }),
    await rig.fetch('POST', '/v1/messages/batch', { messages: [MESSAGE] }),
    await rig.fetch('DELETE', `/v1/messages/${other.id}`),
    await rig.fetch('POST', '/v1/messages/cancel', { ids: [other.id] }),
    await rig.fetch('POST', `/v1/messages/${other.id}/resolve`, { action: 'sent' }),
  ];
  for (const { status, headers, body } of refused) {
    assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [503, 'updating']);
    assert.equal(headers['retry-after'], '30');
  }
  const legacy = await rig.fetch('GET', '/s.py?rcpt=089612345678&msg=x');
  assert.equal(legacy.status, 503);
  const ready = await rig.fetch('GET', '/health/ready');
  assert.deepEqual([ready.status, JSON.parse(ready.body)], [503, { status: 'updating' }]);
  assert.ok((await fast.conditions()).some(({ code }) => code === 'updating'));

  await sleep(STORE_POLL_MS / FACTOR);
  assert.deepEqual(rig.journal(), [], 'nothing was sent');
  assert.equal(await stored(), 1, 'the received message is still in the modem');
  assert.equal(await inbox(), 0);
  assert.equal((await fast.message(waiting.id)).status, 'queued');

  rmSync(join(runDir, 'trial'));
  await fast.reaches(waiting.id, 'delivered');
  await fast.reaches(other.id, 'delivered');
  await fast.reaches((await fast.post()).id, 'delivered');
  assert.equal((await rig.fetch('GET', '/health/ready')).status, 200);
  await until('the received message is taken', async () => (await stored()) === 0, 15_000);
  assert.equal(await inbox(), 1);
  assert.deepEqual(
    [api.exitCode, api.signalCode, worker.exitCode, worker.signalCode],
    [null, null, null, null],
    'the same processes went on',
  );
});

test('the health for the boot loader asks for the worker, not for modem, network or SIM', async () => {
  const { rig } = fast;
  const boot = async (): Promise<number> => (await rig.fetch('GET', '/health/boot')).status;
  await rig.faults({ simMissing: true, registrationLost: true });
  await rig.kill(worker);
  await until('the silence is noticed', async () => (await boot()) === 503);
  worker = rig.startModem();
  await until('the worker is heard', async () => (await boot()) === 200);
  await rig.control('POST', '/faults', { hang: true });
  assert.equal(await boot(), 200);
});
