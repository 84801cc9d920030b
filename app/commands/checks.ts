import { constants, readFileSync } from 'node:fs';
import { access, mkdir, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import type { GatewayConfig, ModemConfig } from '../domain/config.ts';
import { type ApiAddress, callApi } from './local-api.ts';

export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  /** What was looked at. */
  readonly subject: string;
  /** What was found and, unless all is well, what to do. */
  readonly sentence: string;
}

const CONNECT_TIMEOUT_MS = 3_000;
const NEEDED_DESCRIPTORS = 4096;
/** statfs(2) `f_type` of file systems that forget or that SQLite must not use. */
const BAD_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs: it forgets everything at a power cut'],
  [0x858458f6, 'ramfs: it forgets everything at a power cut'],
  [0x6969, 'NFS: SQLite needs a local disk'],
  [0xff534d42, 'CIFS: SQLite needs a local disk'],
  [0x517b, 'SMB: SQLite needs a local disk'],
]);

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return finding(good, 'Node', version, `${version} is too old; install 20.19 or newer`);
}

export async function checkDataDir(config: GatewayConfig): Promise<Finding> {
  const { dataDir } = config;
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = codeOf(error);
    const todo =
      code === 'EACCES' || code === 'EPERM'
        ? 'run this as the user that runs pisang, or give it to that user'
        : 'the log of the kernel (dmesg) says why';
    return fail('data folder', `${dataDir} cannot be written (${code}); ${todo}`);
  }
  const { type, bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const bad = BAD_FILE_SYSTEMS.get(type);
  if (bad !== undefined) {
    return { level: 'warn', subject: 'data folder', sentence: `${dataDir} lies on ${bad}` };
  }
  return finding(
    free > config.queue.diskReserveBytes,
    'data folder',
    `${dataDir}, ${mebibytes(free)} free`,
    `${mebibytes(free)} free is under queue.diskReserveBytes; free some space, nothing new is accepted`,
  );
}

export async function checkRunDir(config: GatewayConfig): Promise<Finding> {
  try {
    await mkdir(config.runDir, { recursive: true });
    await access(config.runDir, constants.W_OK | constants.X_OK);
    return ok('socket folder', config.runDir);
  } catch (error) {
    return fail(
      'socket folder',
      `${config.runDir} cannot be written (${codeOf(error)}); set runDir`,
    );
  }
}

export async function checkPinFile(config: GatewayConfig): Promise<Finding> {
  const info = await stat(`${config.dataDir}/pins.json`).catch(() => null);
  if (info === null) {
    return ok('PIN file', 'none');
  }
  return finding(
    (info.mode & 0o077) === 0,
    'PIN file',
    'readable by its owner only',
    `others can read ${config.dataDir}/pins.json; run: chmod 600 ${config.dataDir}/pins.json`,
  );
}

export function checkClock(clock: Clock): Finding {
  return clock.trusted()
    ? ok('clock', new Date(clock.nowMs()).toISOString())
    : {
        level: 'warn',
        subject: 'clock',
        sentence: 'not set from the network yet; messages with sendAt wait until it is',
      };
}

export function checkDescriptors(): Finding {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const limit = line?.[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line?.[1] ?? 0);
  return limit >= NEEDED_DESCRIPTORS
    ? ok('open files', `up to ${limit}`)
    : {
        level: 'warn',
        subject: 'open files',
        sentence: `only ${limit} allowed, so few connections; raise it with: ulimit -n 65536 (LimitNOFILE= of a unit)`,
      };
}

interface ModemLook {
  readonly id: string;
  readonly state: string;
  readonly sim: { readonly state: string };
}

/** A modem that answers is of no use while its SIM is locked or not there. */
export function checkModem({ id, state, sim }: ModemLook): Finding {
  const fault =
    state !== 'ready'
      ? `is ${state}`
      : sim.state !== 'ready'
        ? `answers, but its SIM cannot be used (${sim.state})`
        : null;
  return finding(
    fault === null,
    `modem ${id}`,
    'ready',
    `${fault}; the status page says why and what to do`,
  );
}

/** Whether the API answers, and what it says about the whole. */
export async function checkApi(address: ApiAddress): Promise<readonly Finding[]> {
  try {
    const { body } = await callApi(address, 'GET', '/v1/status');
    const status = body as {
      health?: string;
      verdict?: { title?: { en?: string } };
      modems?: readonly ModemLook[];
    } | null;
    const title = status?.verdict?.title?.en ?? 'no verdict';
    return [
      { level: status?.health === 'healthy' ? 'ok' : 'warn', subject: 'API', sentence: title },
      ...(status?.modems ?? []).map(checkModem),
    ];
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return [{ level: 'warn', subject: 'API', sentence }];
  }
}

/**
 * Whether the port of a modem is there. Opens no serial port, and no TCP port while a worker runs: a
 * second connection would take the modem away from it, with a part perhaps in flight.
 */
export async function checkPort(modem: ModemConfig, workerRuns: boolean): Promise<Finding> {
  const subject = `port of ${modem.id}`;
  const serial = /^serial:([^?]+)/.exec(modem.port)?.[1];
  if (serial !== undefined) {
    try {
      await access(serial, constants.R_OK | constants.W_OK);
      return ok(subject, serial);
    } catch (error) {
      const todo =
        codeOf(error) === 'ENOENT'
          ? 'is not there; plug the modem in'
          : 'may not be used; add the user to the group dialout';
      return fail(subject, `${serial} ${todo}`);
    }
  }
  const tcp = /^tcp:\/\/(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(modem.port);
  if (tcp !== null) {
    if (workerRuns) {
      return ok(subject, `${modem.port}, left to the running modem worker`);
    }
    const reached = await canConnect(tcp[1] ?? tcp[2] ?? '', Number(tcp[3]));
    return finding(
      reached,
      subject,
      modem.port,
      `${modem.port} does not answer; is it switched on?`,
    );
  }
  return ok(subject, modem.port === 'auto' ? 'found when the worker starts' : 'simulated');
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const settle = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

export function ok(subject: string, sentence: string): Finding {
  return { level: 'ok', subject, sentence };
}

export function fail(subject: string, sentence: string): Finding {
  return { level: 'fail', subject, sentence };
}

function finding(good: boolean, subject: string, yes: string, no: string): Finding {
  return good ? ok(subject, yes) : fail(subject, no);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)} MiB`;
}
