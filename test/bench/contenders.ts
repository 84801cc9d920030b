import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { FsyncMeter } from '../support/fsync-meter.ts';
import { exitOf, Rig, until } from '../support/rig.ts';

export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Processes whose CPU time counts. */
  readonly pids: () => readonly number[];
  /** Syncs since the start; 0 where nothing is stored. */
  readonly syncs: () => { readonly count: number; readonly p50Ms: number | null };
  readonly stop: () => Promise<void>;
}

const BODY = JSON.stringify({ to: '+6289610707901', text: 'Kode Anda 123456' });
const NO_SYNCS = (): { count: number; p50Ms: null } => ({ count: 0, p50Ms: null });

/** One message, as every contender is asked to take it. */
export function enqueueCall(
  rig: Pick<Rig, 'url' | 'key'>,
): Pick<Contender, 'url' | 'method' | 'headers' | 'body'> {
  return {
    url: `${rig.url}/v1/messages`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rig.key}` },
    body: BODY,
  };
}

/** Node's own server that stores nothing: the ceiling for any program on Node. */
export async function bareNode(): Promise<Contender> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [resolve('build/js/test/bench/main-bare-node.js'), String(port)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  await listening(port);
  return {
    name: 'bare node:http',
    url: `http://127.0.0.1:${port}/v1/messages`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer psg_none' },
    body: BODY,
    pids: () => pidsOf(child),
    syncs: NO_SYNCS,
    stop: () => end(child),
  };
}

export async function nginx(folder: string): Promise<Contender> {
  const port = await freePort();
  const dir = join(folder, 'nginx');
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log;
     events { worker_connections 8192; }
     http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${dir}/body;
       proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi; uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
       server { listen 127.0.0.1:${port} backlog=4096; location / { return 202; } } }`,
  );
  const child = spawn('nginx', ['-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
  await listening(port);
  return {
    name: 'nginx return 202',
    url: `http://127.0.0.1:${port}/v1/messages`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: BODY,
    pids: () => pidsOf(child),
    syncs: NO_SYNCS,
    stop: () => end(child),
  };
}

/** Kannel as its users run it: bearerbox and smsbox, spool store, and a fake service centre that takes all. */
export async function kannel(folder: string): Promise<Contender> {
  const dir = join(folder, 'kannel');
  mkdirSync(join(dir, 'spool'), { recursive: true });
  const [admin, box, smsc, http] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  writeFileSync(
    join(dir, 'kannel.conf'),
    `group = core
admin-port = ${admin}
admin-interface = 127.0.0.1
smsbox-port = ${box}
smsbox-interface = 127.0.0.1
admin-password = bench
status-password = bench
box-allow-ip = "127.0.0.1"
log-file = "${dir}/bearerbox.log"
log-level = 4
store-type = spool
store-location = "${dir}/spool"

group = smsc
smsc = fake
smsc-id = fake
port = ${smsc}
connect-allow-ip = "127.0.0.1"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = ${box}
sendsms-port = ${http}
sendsms-interface = 127.0.0.1
log-file = "${dir}/smsbox.log"
log-level = 4

group = sendsms-user
username = bench
password = bench
concatenation = true
max-messages = 10
`,
  );
  const bearerbox = spawn('bearerbox', [join(dir, 'kannel.conf')], { stdio: 'ignore' });
  await listening(smsc);
  await listening(box);
  const network = await drainLines(smsc);
  const smsbox = spawn('smsbox', [join(dir, 'kannel.conf')], { stdio: 'ignore' });
  await listening(http);
  return {
    name: 'Kannel',
    url: `http://127.0.0.1:${http}/cgi-bin/sendsms?username=bench&password=bench&from=100&to=%2B6289610707901&text=Kode+Anda+123456`,
    method: 'GET',
    headers: {},
    body: '',
    pids: () => [...pidsOf(bearerbox), ...pidsOf(smsbox)],
    syncs: NO_SYNCS,
    stop: async () => {
      network.destroy();
      await end(smsbox);
      await end(bearerbox);
    },
  };
}

/** The whole gateway: keys on, worker on, one simulated modem; state below `parent`, a real file system. */
export async function pisang(parent: string, fsyncDelayMs: number): Promise<Contender> {
  const meter = new FsyncMeter(parent);
  const rig = await Rig.create({
    parent,
    sendMs: 1_000,
    env: () => meter.environment(fsyncDelayMs),
    config: { queue: { maxDepth: 3_000_000 }, log: { level: 'warn' } },
  });
  const api = await rig.startApi();
  const worker = rig.startModem();
  await until('a message was sent', async () => {
    if (rig.journal().length === 0) {
      await rig.fetch('POST', '/v1/messages', JSON.parse(BODY));
    }
    return rig.journal().length > 0;
  });
  return {
    name: fsyncDelayMs > 0 ? `pisang, fsync + ${fsyncDelayMs} ms` : 'pisang',
    ...enqueueCall(rig),
    pids: () => [...pidsOf(api), ...pidsOf(worker)],
    syncs: () => meter.read(),
    stop: () => rig.close(),
  };
}

function pidsOf(child: ChildProcess): number[] {
  return child.pid === undefined ? [] : [child.pid];
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exitOf(child);
  clearTimeout(timer);
}

/** A peer of the fake service centre that reads every message and forgets it. */
function drainLines(port: number): Promise<Socket> {
  return new Promise((resolvePromise, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolvePromise(socket));
    socket.once('error', reject);
    socket.resume();
  });
}

function listening(port: number): Promise<void> {
  return until(`port ${port} answers`, () => {
    return new Promise<boolean>((resolvePromise) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolvePromise(true);
      });
      socket.once('error', () => resolvePromise(false));
    });
  });
}
