import cluster from 'node:cluster';
import { createHash, randomBytes } from 'node:crypto';
import type { KeyId } from '../../app/domain/ids.ts';
import { sharedPort, startHttp, startHttpProcesses } from '../../app/http/index.ts';
import { NO_TRIAL } from '../../app/local/trial.ts';
import { FakeOutbox } from '../support/fake-outbox.ts';
import { FakeWorker, KEY, QUIET, STATUS, testConfig } from '../support/http-service.ts';
import { realClock } from '../support/real-clock.ts';

// main-cluster PORT LOCAL-SOCKET: the HTTP service in two processes with two places each. `/v1/status`
// names the process that answers.
const [, , port = '0', localSocketPath = ''] = process.argv;
const config = testConfig({
  http: { listen: [`127.0.0.1:${port}`], processes: 2, maxConnections: 2 },
});
if (cluster.isPrimary) {
  const processes = await startHttpProcesses({
    config,
    localSocketPath,
    clock: realClock,
    logger: QUIET,
  });
  process.once('SIGTERM', () => void processes.close().then(() => process.exit(0)));
} else {
  const outbox = new FakeOutbox();
  await outbox.addKey({
    id: 'key_cluster' as KeyId,
    name: 'cluster',
    hash: createHash('sha256').update(KEY).digest('hex'),
    scopes: ['admin'],
    allow: [],
    createdAtMs: 0,
    revokedAtMs: null,
  });
  const shared = sharedPort();
  const service = await startHttp({
    config,
    outbox,
    workerLink: new FakeWorker(),
    trial: NO_TRIAL,
    status: { ...STATUS, json: async () => ({ pid: process.pid }) },
    clock: realClock,
    random: randomBytes,
    logger: QUIET,
    version: 'test',
    localSocketPath,
    ...(shared === undefined ? {} : { shared }),
  });
  process.once('SIGTERM', () => void service.close(500).then(() => process.exit(0)));
}
