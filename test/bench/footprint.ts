import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FsyncMeter } from '../support/fsync-meter.ts';
import { Rig, until } from '../support/rig.ts';
import { keepAlive, newConnections, type Target } from './client.ts';
import { enqueueCall } from './contenders.ts';
import { cpuMilliseconds, type Memory, memoryOf, processFigures } from './process-figures.ts';
import { judged, rounded, syncLine, type Table, writeReport } from './report.ts';

const SETTLE_SECONDS = Number(process.env['BENCH_SETTLE'] ?? 20);
const IDLE_SECONDS = Number(process.env['BENCH_IDLE'] ?? 60);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4) * 2;
const HELD_CONNECTIONS = 2_000;

/** As on the appliance: a board with 1 GB, and what the unit sets. */
function asOnTheAppliance(unit: string): Record<string, string> {
  const text = readFileSync(`overlays/usr/lib/systemd/system/${unit}.service`, 'utf8');
  const settings = [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)];
  return {
    PISANG_TEST_HOOKS: '1',
    PISANG_TEST_MEMORY_BYTES: String(1024 ** 3),
    ...Object.fromEntries(settings.map(([, name = '', value = '']) => [name, value])),
  };
}

interface Gateway {
  readonly rig: Rig;
  readonly meter: FsyncMeter;
  readonly pids: readonly [api: number, modem: number];
  readonly folder: string;
}

/** The section `footprint`: memory, idling, many connections, and the load of ApacheBench. */
export async function benchFootprint(folder: string): Promise<void> {
  let fsyncP50Ms: number | null = null;
  const [first, peaks] = await withGateway(folder, async (gateway) => {
    const idle = await idling(gateway);
    return [idle, await memory(gateway, idle.megabytes)];
  });
  const rest = await withGateway(folder, async (gateway) => {
    const tables = [await apacheBench(gateway), await heldConnections(gateway)];
    fsyncP50Ms = gateway.meter.read().p50Ms;
    return tables;
  });
  writeReport({
    section: 'footprint',
    title: 'What it takes',
    how: 'API and modem worker in processes of their own, as on a board with 1 GB with the environment that the appliance sets, one simulated modem beside them without a rate limit.',
    syncs: syncLine(fsyncP50Ms),
    tables: [first.table, peaks, ...rest],
  });
}

async function withGateway<T>(folder: string, use: (gateway: Gateway) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(folder, 'footprint-'));
  const meter = new FsyncMeter(parent);
  const rig = await Rig.create({
    parent,
    config: { queue: { maxDepth: 3_000_000 }, log: { level: 'warn' } },
  });
  try {
    const api = await rig.startApi({
      ...meter.environment(),
      ...asOnTheAppliance('pisang-api'),
    });
    const modem = rig.startModem({ ...meter.environment(), ...asOnTheAppliance('pisang-modem') });
    await rig.fetch('POST', '/v1/messages', { to: '+6289610707901', text: 'first' });
    await until('the modem is up', () => rig.journal().length > 0);
    return await use({ rig, meter, pids: [api.pid ?? 0, modem.pid ?? 0], folder });
  } finally {
    await rig.close();
  }
}

async function idling(gateway: Gateway): Promise<{ table: Table; megabytes: readonly Memory[] }> {
  const { rig, meter, pids } = gateway;
  await sleep(SETTLE_SECONDS * 1_000);
  const before = { ...processFigures(pids), files: files(rig), syncs: meter.read().count };
  const cpuBeforeMs = cpuMilliseconds(pids);
  const begunMs = performance.now();
  await sleep(IDLE_SECONDS * 1_000);
  const seconds = (performance.now() - begunMs) / 1_000;
  const after = { ...processFigures(pids), files: files(rig), syncs: meter.read().count };
  const megabytes = pids.map(memoryOf);
  const percent = (cpuMilliseconds(pids) - cpuBeforeMs) / seconds / 10;
  const changed = [...after.files].filter(([name, state]) => before.files.get(name) !== state);
  const written = after.writtenBytes - before.writtenBytes;
  return {
    megabytes,
    table: {
      caption: `Idle for ${seconds.toFixed(0)} s, no client, modem up.`,
      columns: ['figure', 'value', 'target'],
      rows: [
        ['CPU, % of a core', rounded(percent, 3), judged(rounded(percent, 3), 0.2, 'at most')],
        ['syncs', after.syncs - before.syncs, judged(after.syncs - before.syncs, 0, 'at most')],
        ['octets written', written, judged(written, 0, 'at most')],
        ['database files changed', changed.length, judged(changed.length, 0, 'at most')],
      ],
    },
  };
}

/** Size and time of change of every file of the state folder. */
function files(rig: Rig): Map<string, string> {
  const folder = join(rig.databaseFile, '..');
  return new Map(
    readdirSync(folder).map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return [name, `${size} ${mtimeMs}`];
    }),
  );
}

function legacy(rig: Rig, text: string): Target {
  return {
    url: `${rig.url}/s.py?rcpt=089610707901&msg=${text}`,
    method: 'GET',
    headers: {},
    body: '',
  };
}

async function apacheBench({ rig, folder }: Gateway): Promise<Table> {
  const rows: (string | number | null)[][] = [];
  for (const concurrency of [252, 500, 1_000]) {
    const text = `ab${concurrency}`;
    const run = await newConnections(legacy(rig, text), concurrency, 1_000, folder);
    const sent = (): number => rig.journal().filter((line) => line.text === text).length;
    await until('all that was accepted is sent', () => sent() >= 1_000 - run.failures, 600_000);
    await sleep(500);
    rows.push([
      concurrency,
      rounded(run.perSecond, 0),
      run.p99Ms,
      run.failures,
      sent(),
      judged(run.failures + Math.abs(1_000 - sent()), 0, 'at most'),
    ]);
  }
  return {
    caption:
      '`ab -n 1000` against `/s.py`: failures (non-2xx among them), and lines in the journal.',
    columns: ['at once', 'messages/s', 'p99 ms', 'failures', 'in the journal', 'target'],
    rows,
  };
}

async function heldConnections({ rig, folder }: Gateway): Promise<Table> {
  const port = Number(new URL(rig.url).port);
  const sockets = await Promise.all(
    Array.from({ length: HELD_CONNECTIONS }, (_, i) => hold(port, i % 2 === 0)),
  );
  const open = (): number => sockets.filter((socket) => !socket.destroyed).length;
  await sleep(2_000);
  const before = open();
  const runs = [
    ['POST /v1/messages', await keepAlive(enqueueCall(rig), 20, SECONDS, folder)],
    ['GET /s.py', await newConnections(legacy(rig, 'held'), 20, 2_000, folder)],
  ] as const;
  const after = open();
  for (const socket of sockets) {
    socket.destroy();
  }
  return {
    caption: `Requests of 20 clients while ${HELD_CONNECTIONS} connections are held, half of them silent, half sending an octet of a request each second (open before the runs: ${before}, after: ${after}).`,
    columns: ['call', 'requests/s', 'p99 ms', 'failures', 'target'],
    rows: runs.map(([name, run]) => [
      name,
      rounded(run.perSecond, 0),
      run.p99Ms,
      run.failures,
      judged(run.p99Ms ?? Number.NaN, 1_000, 'at most'),
    ]),
  };
}

function hold(port: number, silent: boolean): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let timer: NodeJS.Timeout | undefined;
    socket.once('connect', () => {
      if (!silent) {
        socket.write('POST /v1/messages HTTP/1.1\r\nX-Slow: ');
        timer = setInterval(() => socket.write('a'), 1_000);
      }
      resolve(socket);
    });
    socket.once('close', () => {
      clearInterval(timer);
      resolve(socket);
    });
    socket.on('error', () => undefined);
    socket.resume();
  });
}

async function memory(gateway: Gateway, idle: readonly Memory[]): Promise<Table> {
  const { rig, folder } = gateway;
  const legacyPeak = await peak(gateway, () => keepAlive(legacy(rig, 'm'), 252, SECONDS, folder));
  const postPeak = await peak(gateway, () => keepAlive(enqueueCall(rig), 252, SECONDS, folder));
  const row = (name: string, states: readonly Memory[], target: number): string[] => {
    const together = alone(states);
    return [
      name,
      ...states.map((state) => state.anonymousMb.toFixed(1)),
      Math.max(...states.map((state) => state.fileMb)).toFixed(1),
      together.toFixed(1),
      sum(states.map((state) => state.pssMb)).toFixed(1),
      judged(rounded(together, 1), target, 'at most'),
    ];
  };
  return {
    caption:
      'Memory, MB of 10^6 octets; under load the highest of samples each 250 ms. Together: PSS as if no other Node program ran, so that the two alone share the pages of node and its libraries. PSS now: as measured, with the simulator and this benchmark sharing them too.',
    columns: ['case', 'api, own', 'modem, own', 'files', 'together', 'PSS now', 'target'],
    rows: [
      row('idle', idle, 110),
      row('GET /s.py, 252 kept alive', legacyPeak, 150),
      row('POST /v1/messages, 252 kept alive', postPeak, 150),
    ],
  };
}

async function peak(
  { pids }: Gateway,
  load: () => Promise<{ readonly failures: number }>,
): Promise<readonly Memory[]> {
  let highest = pids.map(memoryOf);
  let running = true;
  const sampler = (async (): Promise<void> => {
    while (running) {
      const now = pids.map(memoryOf);
      if (alone(now) > alone(highest)) {
        highest = now;
      }
      await sleep(250);
    }
  })();
  const { failures } = await load();
  running = false;
  await sampler;
  if (failures > 0) {
    throw new Error(`${failures} requests failed under load`);
  }
  return highest;
}

function alone(states: readonly Memory[]): number {
  return (
    sum(states.map((state) => state.anonymousMb)) + Math.max(...states.map((state) => state.fileMb))
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
