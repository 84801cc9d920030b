import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriterClient } from '../../app/outbox/writer-client.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { one, QUIET } from './fixtures.ts';

test('the writer dies with a group in its hands: that group is unknown, the rest was not written', async () => {
  const failures: string[] = [];
  const clock = new FakeClock();
  const client = await WriterClient.start({
    options: {
      file: 'none',
      role: 'api',
      visit: false,
      bootId: clock.bootId,
      pid: 1,
      nowMs: clock.nowMs(),
      maxDepth: 1,
      diskReserveBytes: 0,
    },
    clock,
    logger: QUIET,
    onFailure: (failure) => failures.push(failure),
    thread: new URL('./main-dying-writer.js', import.meta.url),
  });
  const inFlight = client.enqueue(one());
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const gathered = client.enqueue(one());
  await Promise.all([
    assert.rejects(inFlight, { code: 'commit-unknown', retry: 'unknown-outcome' }),
    assert.rejects(gathered, { code: 'storage-failing', retry: 'later' }),
  ]);
  assert.equal(client.health().state, 'failing');
  assert.deepEqual(failures, ['failing']);
  await assert.rejects(client.enqueue(one()), { code: 'storage-failing' });
  await client.close();
});
