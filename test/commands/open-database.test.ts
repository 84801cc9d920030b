import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { openOrStandIn } from '../../app/commands/open-database.ts';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { migrate } from '../../app/outbox/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeOutbox } from '../support/fake-outbox.ts';
import { CLI, startProgram, until } from '../support/processes.ts';

const silent = (): void => undefined;
const QUIET = { debug: silent, info: silent, warn: silent, error: silent };
const readOnly = new GatewayError('storage-read-only', 'read-only', { retry: 'later' });

test('a read-only database is tried again until a new process can serve it', async () => {
  const clock = new FakeClock();
  let opening = (): Promise<FakeOutbox> => Promise.reject(readOnly);
  const { outbox, usableAgain } = await openOrStandIn(() => opening(), clock, QUIET);
  assert.equal(outbox.health().state, 'read-only');
  await assert.rejects(outbox.queueStats(), { code: 'storage-read-only' });
  let usable = false;
  usableAgain.catch(() => {
    usable = true;
  });
  await clock.advance(60_000);
  assert.equal(usable, false);
  opening = async () => new FakeOutbox();
  await clock.advance(30_000);
  assert.equal(usable, true);
  assert.equal(clock.pendingTimers(), 0);
});

test('closing gives up; what a person must put right is not tried again', async () => {
  const clock = new FakeClock();
  const { outbox } = await openOrStandIn(() => Promise.reject(readOnly), clock, QUIET);
  await outbox.close();
  await clock.advance(0);
  assert.equal(clock.pendingTimers(), 0);
  for (const [code, state] of [
    ['storage-damaged', 'damaged'],
    ['schema-newer', 'newer'],
  ] as const) {
    const error = new GatewayError(code, code, { retry: 'never' });
    const opened = await openOrStandIn(() => Promise.reject(error), clock, QUIET);
    assert.equal(opened.outbox.health().state, state);
    assert.equal(clock.pendingTimers(), 0);
  }
  const other = new GatewayError('schema-older', 'run migrate', { retry: 'later' });
  await assert.rejects(
    openOrStandIn(() => Promise.reject(other), clock, QUIET),
    other,
  );
});

for (const [condition, spoil, remedy] of [
  [
    'database-damaged',
    (file: string) => writeFileSync(file, 'no database at all, and long enough for one'.repeat(99)),
    /run: pisang migrate/,
  ],
  [
    'database-newer',
    (file: string) => {
      migrate(file);
      const db = new Database(file);
      db.pragma('user_version = 99');
      db.close();
    },
    /install the newer version again/,
  ],
] as const) {
  test(`the API starts and says it: ${condition}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pisang-spoilt-'));
    t.after(() => rmSync(folder, { recursive: true }));
    spoil(join(folder, 'pisang.db'));
    const api = startProgram([CLI, 'api'], {
      PISANG_DATA_DIR: folder,
      PISANG_RUN_DIR: folder,
      PISANG_HTTP_LISTEN: '127.0.0.1:0',
    });
    await until('it serves', () => api.stdout().includes('serving HTTP'), 20_000);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(api.stdout())?.[0] ?? '';
    assert.equal((await fetch(`${url}/health/live`)).status, 200);
    assert.equal((await fetch(`${url}/health/ready`)).status, 503);
    assert.equal((await fetch(`${url}/status`)).status, 200);
    const status = (await (await fetch(`${url}/v1/status`)).json()) as {
      verdict: { code: string };
      can: { accept: string };
    };
    assert.deepEqual([status.verdict.code, status.can.accept], [condition, 'no']);
    const refused = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer psg_${'a'.repeat(40)}`,
        'content-type': 'application/json',
      },
      body: '{"to":"089610707901","text":"x"}',
    });
    const problem = (await refused.json()) as { code: string };
    assert.deepEqual([refused.status, problem.code], [503, condition]);
    assert.match(api.stdout(), remedy);
    process.kill(api.pid, 'SIGTERM');
    assert.equal(await api.ended, 0);
  });
}
