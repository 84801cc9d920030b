import { randomBytes } from 'node:crypto';
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { ensureDatabase } from '../../app/outbox/index.ts';
import { fillDatabase } from '../support/fill-database.ts';
import { builtImage, SLOT_SECTORS, SLOT_START } from './built-image.ts';
import {
  dataPartition,
  PATIENCE,
  type PreparedCard,
  writeIntoFileSystem,
} from './prepared-card.ts';
import { runProgram } from './run-program.ts';
import { decodeState, encodeState, readSector, STATE_SECTOR, writeSector } from './state-sector.ts';

const HEALTH_DROP_IN = '/etc/systemd/system/pisang-health.service.d/test.conf';
/** Systems that are like the image's, but for these files; by the name of their bundle. */
const SYSTEMS: Readonly<
  Record<'broken' | 'good' | 'hung' | 'limping' | 'next', Readonly<Record<string, string>>>
> = {
  /** Its program ends at once, and its health check gives up after 60 s instead of 240. */
  broken: {
    '/usr/lib/pisang/dist/cli.js': 'process.exit(1);\n',
    [HEALTH_DROP_IN]: '[Service]\nExecStart=\nExecStart=/usr/lib/pisang/health 60\n',
  },
  /** On trial, its health check waits for the test to have looked around. */
  good: {
    '/etc/pisang-version': '0.3.0\n',
    [HEALTH_DROP_IN]: `[Service]\nExecStart=\nExecStart=/bin/sh -c '! grep -q pisang.trial=1 /proc/cmdline || until [ -e /run/test-gate ]; do sleep 1; done; exec /usr/lib/pisang/health 240'\n`,
  },
  /** Its PID 1 stands still once the start is noted on the card, so that only the watchdog can end it. */
  hung: {
    [HEALTH_DROP_IN]:
      "[Service]\nExecStart=\nExecStart=/bin/sh -c 'until systemctl -q is-active pisang-boots; do sleep 1; done; echo 1 >/sys/fs/cgroup/init.scope/cgroup.freeze; sleep infinity'\n",
  },
  /** Its worker comes up and is gone again after 7 s; its health check gives up after 120 s. */
  limping: {
    '/etc/systemd/system/pisang-modem.service.d/test.conf': '[Service]\nRuntimeMaxSec=7\n',
    [HEALTH_DROP_IN]: '[Service]\nExecStart=\nExecStart=/usr/lib/pisang/health 120\n',
  },
  /** As it would be released. */
  next: { '/etc/pisang-version': '0.4.0\n' },
};
/** QEMU's name for this machine's loopback address. */
const HOST_SEEN_BY_GUEST = '10.0.2.2';
/** `pisang update` takes no more. */
const LIMIT_BYTES = 536_870_912;

/** Signed bundles of the built image, good and bad ones, on an HTTP server that a guest reaches. */
export class BundleShelf {
  readonly #folder: string;
  readonly #server: Server;
  readonly #signer: readonly string[];

  private constructor(folder: string, server: Server, signer: readonly string[]) {
    this.#folder = folder;
    this.#server = server;
    this.#signer = signer;
  }

  static async open(t: TestContext, folder: string): Promise<BundleShelf> {
    const said = await runProgram(['image/steps/signing']);
    const server = createServer((request, response) => {
      const file = join(folder, (request.url ?? '').replaceAll('/', ''));
      if (request.url === '/huge') {
        response.writeHead(200, { 'content-length': LIMIT_BYTES + 1 }).flushHeaders();
        return;
      }
      try {
        response.writeHead(200, { 'content-length': statSync(file).size });
        createReadStream(file).pipe(response);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return new BundleShelf(folder, server, said.trim().split('\n'));
  }

  url(name: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://${HOST_SEEN_BY_GUEST}:${port}/${name}`;
  }

  /** The whole system of the image with a difference. */
  async addSystem(name: keyof typeof SYSTEMS, version: string): Promise<void> {
    const slot = await systemLike(name, this.#folder);
    await this.#pack(slot, name, [`version=${version}`]);
    await runProgram(['rm', slot]);
  }

  /** A bundle of 2 MB that is as good as any until it is started. @param fields of its manifest */
  async addSmall(name: string, fields: readonly string[] = []): Promise<void> {
    const slot = join(this.#folder, 'small-slot');
    writeFileSync(slot, randomBytes(2_097_152));
    await this.#pack(slot, name, ['version=0.2.0', ...fields]);
  }

  /** Signed by a key that the image does not know. */
  async addForeign(name: string): Promise<void> {
    const keys = join(this.#folder, 'stranger');
    await runProgram(['image/signing-key', keys, 'stranger']);
    const signer = ['key=sign.key.pem', 'cert=sign.cert.pem', 'ca=ca.cert.pem'];
    await this.addSmall(
      name,
      signer.map((word) => word.replace('=', `=${keys}/`)),
    );
  }

  /** A bundle made from the octets of another. */
  addSpoilt(name: string, from: string, spoil: (octets: Buffer) => Buffer): void {
    writeFileSync(join(this.#folder, name), spoil(readFileSync(join(this.#folder, from))));
  }

  async #pack(slot: string, name: string, fields: readonly string[]): Promise<void> {
    const [signing, key, cert, ca] = this.#signer;
    const common = [`signing=${signing}`, 'schema=1', 'commit=test'];
    const signer = [`key=${key}`, `cert=${cert}`, `ca=${ca}`];
    const out = join(this.#folder, name);
    await runProgram(['image/steps/pack', slot, out, ...common, ...signer, ...fields], 600_000);
  }
}

/** Writes that system into slot B and the slot state as RAUC leaves it (the test sees RAUC leave it so, too). */
export async function putOnTrial(
  { file, folder }: Pick<PreparedCard, 'file' | 'folder'>,
  name: keyof typeof SYSTEMS,
): Promise<void> {
  const slot = await systemLike(name, folder);
  const place = [`seek=${(SLOT_START + SLOT_SECTORS) * 512}`, 'oflag=seek_bytes'];
  const how = ['bs=1M', 'conv=sparse,notrunc', 'status=none'];
  await runProgram(['dd', `if=${slot}`, `of=${file}`, ...place, ...how]);
  await runProgram(['rm', slot]);
  const { machine_id } = decodeState(readSector(file, STATE_SECTOR)) ?? {};
  const state = { BOOT_ORDER: 'B A', BOOT_A_LEFT: '3', BOOT_B_LEFT: '3' };
  const known = machine_id === undefined ? state : { ...state, machine_id };
  writeSector(file, STATE_SECTOR, encodeState(known));
}

/** Lays a database with waiting messages on the data partition; returns their recipients. */
export async function putQueue(card: PreparedCard, count: number): Promise<string[]> {
  const { folder } = card;
  const database = join(folder, 'pisang.db');
  await ensureDatabase(database);
  fillDatabase(database, {
    finished: 0,
    queued: count,
    inbound: 0,
    bootId: 'the boot before',
    nowMs: Date.now(),
  });
  const opened = new Database(database, { readonly: true });
  const rows = opened.prepare('SELECT recipient FROM messages').all() as { recipient: string }[];
  opened.close();
  const script = join(folder, 'data-commands');
  writeFileSync(script, `mkdir /app\nwrite ${database} /app/pisang.db\n`);
  await runProgram(['/usr/sbin/debugfs', '-w', '-f', script, dataPartition(card)]);
  return rows.map(({ recipient }) => recipient);
}

async function systemLike(name: keyof typeof SYSTEMS, folder: string): Promise<string> {
  const slot = join(folder, `slot-${name}`);
  const place = [`skip=${SLOT_START * 512}`, `count=${SLOT_SECTORS * 512}`];
  const how = ['iflag=skip_bytes,count_bytes', 'bs=1M', 'conv=sparse', 'status=none'];
  await runProgram(['dd', `if=${builtImage()}`, `of=${slot}`, ...place, ...how]);
  await writeIntoFileSystem(slot, folder, { ...PATIENCE, ...SYSTEMS[name] });
  return slot;
}
