import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { storeUpdate, UPDATE_LIMIT_BYTES } from '../../app/commands/update-source.ts';
import { CLI, startProgram } from '../support/processes.ts';

let folder: string;
let boxd: Server;
let web: HttpServer;
let bundle: string;
/** What boxd was asked, with what lay at its place then. */
let asked: { readonly request: unknown; readonly bundle: string | null }[] = [];
let reply: object = {};
/** Before boxd answers once. */
let whenAsked = async (): Promise<void> => {};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-update-'));
  bundle = join(folder, 'update', 'bundle.raucb');
  boxd = createServer((socket) => {
    const answer = async (line: Buffer): Promise<void> => {
      const before = whenAsked;
      whenAsked = async () => {};
      await before();
      const there = existsSync(bundle) ? readFileSync(bundle, 'utf8') : null;
      asked.push({ request: JSON.parse(String(line)), bundle: there });
      socket.end(`${JSON.stringify(reply)}\n`);
    };
    socket.on('data', (line) => void answer(line));
  });
  await new Promise<void>((resolve) => boxd.listen({ path: join(folder, 'boxd.sock') }, resolve));
  web = createHttpServer((request, response) => {
    if (request.url === '/moved') {
      response.writeHead(302, { location: '/bundle' });
    }
    if (request.url === '/huge') {
      response.writeHead(200, { 'content-length': UPDATE_LIMIT_BYTES + 1 }).flushHeaders();
      return;
    }
    response.write(request.url === '/bundle' ? 'from the web' : '');
    response.end();
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  asked = [];
  reply = { ok: true, detail: 'Version 1.5.0 is installed; a restart tries it.' };
});

after(() => {
  boxd.close();
  web.close();
  rmSync(folder, { recursive: true });
});

async function pisang(...argv: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return pisangWith({}, ...argv);
}

async function pisangWith(
  environment: Readonly<Record<string, string>>,
  ...argv: string[]
): Promise<{ code: unknown; out: string; err: string }> {
  const program = startProgram([CLI, ...argv], {
    PISANG_BOXD_SOCKET: join(folder, 'boxd.sock'),
    PISANG_UPDATE_BUNDLE: bundle,
    ...environment,
  });
  const code = await program.ended;
  return { code, out: program.stdout(), err: program.stderr() };
}

test('a file, or what an address serves, is put in its place, installed, and taken away', async () => {
  const file = join(folder, 'new.raucb');
  writeFileSync(file, 'from a file');
  const { port } = web.address() as AddressInfo;
  const first = await pisang('update', file, '--allow-downgrade');
  assert.deepEqual([first.code, first.err], [0, '']);
  assert.match(first.out, /1\.5\.0 is installed/);
  assert.equal((await pisang('update', `http://127.0.0.1:${port}/bundle`)).code, 0);
  assert.deepEqual(asked, [
    { request: { verb: 'install-update', allowDowngrade: true }, bundle: 'from a file' },
    { request: { verb: 'install-update', allowDowngrade: false }, bundle: 'from the web' },
  ]);
  assert.ok(!existsSync(bundle));
});

test('a refusal is one sentence and leaves nothing behind', async () => {
  const file = join(folder, 'old.raucb');
  writeFileSync(file, 'old');
  reply = { ok: false, code: 'update-older', detail: 'Version 1.0.0 is older than 1.4.0.' };
  const { code, err } = await pisang('update', file);
  assert.deepEqual([code, err], [1, 'pisang: Version 1.0.0 is older than 1.4.0.\n']);
  assert.ok(!existsSync(bundle));
});

test('of two updates at once the second one is refused and disturbs nothing', async () => {
  const [first, second] = ['first', 'second'].map((name) => {
    const file = join(folder, `${name}.raucb`);
    writeFileSync(file, name);
    return file;
  }) as [string, string];
  const answers: Awaited<ReturnType<typeof pisang>>[] = [];
  whenAsked = async () => void answers.push(await pisang('update', second));
  assert.equal((await pisang('update', first)).code, 0);
  assert.match(answers[0]?.err ?? '', /another pisang update already uses/);
  assert.deepEqual(
    asked.map(({ bundle }) => bundle),
    ['first'],
  );
});

test('what can not be had is told, and boxd is not asked', async () => {
  const { port } = web.address() as AddressInfo;
  assert.match((await pisang('update', join(folder, 'none'))).err, /none can not be read: ENOENT/);
  assert.match(
    (await pisang('update', `http://127.0.0.1:${port}/moved`)).err,
    /can not be fetched/,
  );
  assert.match((await pisang('update', 'ftp://x/y')).err, /neither a file nor/);
  assert.deepEqual(asked, []);
});

test('a file that the services may not read: what to do is told', async () => {
  const file = join(folder, 'private.raucb');
  writeFileSync(file, 'private', { mode: 0 });
  // Root may read everything; on the box the program is not root.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    process.seteuid?.(65_534);
  }
  try {
    await assert.rejects(storeUpdate(file, bundle), {
      code: 'update-unreadable',
      message: /private\.raucb can not be read: EACCES.*into \/var\/lib\/pisang.*chmod 644/,
    });
  } finally {
    if (isRoot) {
      process.seteuid?.(0);
    }
  }
});

test('the examples are of files that a person at the box can have put there', async () => {
  const { out } = await pisang('update', '--help');
  const examples = [...out.matchAll(/pisang update (\S+raucb)/g)].map(([, source]) => source);
  assert.ok(examples.length > 0, out);
  for (const source of examples) {
    assert.match(source ?? '', /^(?:\/var\/lib\/pisang\/|http:\/\/)/);
  }
});

test('what is too large is refused: by its size where that is known, else while it is stored', async () => {
  const { port } = web.address() as AddressInfo;
  const { code, err } = await pisang('update', `http://127.0.0.1:${port}/huge`);
  assert.deepEqual(
    [code, err],
    [1, 'pisang: The update is larger than 512 MiB, so it is not taken.\n'],
  );
  const file = join(folder, 'huge.raucb');
  writeFileSync(file, '');
  truncateSync(file, UPDATE_LIMIT_BYTES + 1);
  assert.match((await pisang('update', file)).err, /larger than 512 MiB/);
  // Chunked, so its size is not announced.
  const counted = storeUpdate(`http://127.0.0.1:${port}/bundle`, bundle, {
    limitBytes: 11,
  });
  await assert.rejects(counted, { code: 'update-too-large' });
  await storeUpdate(`http://127.0.0.1:${port}/bundle`, bundle, { limitBytes: 12 });
  assert.equal(readFileSync(bundle, 'utf8'), 'from the web');
  rmSync(bundle);
  assert.deepEqual([asked, readdirSync(join(folder, 'update'))], [[], []]);
});

const MIB = 1_048_576;

test('what the queue needs stays free: an update whose size is known is not begun', async () => {
  const file = join(folder, 'large.raucb');
  writeFileSync(file, '');
  truncateSync(file, 3 * MIB);
  const looks: string[] = [];
  const tight = {
    reserveBytes: 2 * MIB,
    freeBytes: (where: string) => {
      looks.push(where);
      return 5 * MIB - 1;
    },
  };
  await assert.rejects(storeUpdate(file, bundle, tight), {
    code: 'update-no-room',
    message:
      'There is no room for the update: it has 3 MiB, 4 MiB are free, and 2 MiB must stay free for messages. Delete old files first.',
  });
  assert.deepEqual(looks, [join(folder, 'update')], 'before the first octet, and there only');
  await storeUpdate(file, bundle, { reserveBytes: 2 * MIB, freeBytes: () => 5 * MIB });
  rmSync(bundle);
  assert.deepEqual(readdirSync(join(folder, 'update')), []);
});

test('what the queue needs stays free: a stream of unknown size ends where the reserve begins', async () => {
  const { port } = web.address() as AddressInfo;
  let free = 10 * MIB;
  const shrinking = {
    reserveBytes: 8 * MIB,
    freeBytes: () => {
      // Others write, too.
      free -= MIB;
      return free;
    },
  };
  await assert.rejects(storeUpdate(`http://127.0.0.1:${port}/bundle`, bundle, shrinking), {
    code: 'update-no-room',
    message:
      'There is no room for the update: 8 MiB must stay free for messages. Delete old files first.',
  });
  assert.deepEqual(readdirSync(join(folder, 'update')), []);
  // A file system that does not say: the write itself will tell.
  await storeUpdate(`http://127.0.0.1:${port}/bundle`, bundle, {
    reserveBytes: 8 * MIB,
    freeBytes: () => null,
  });
  rmSync(bundle);
});

const LARGEST_RESERVE = 1_099_511_627_776;
const { bavail, bsize } = statfsSync(tmpdir());

test('the reserve is that of the configuration', {
  skip: bavail * bsize > LARGEST_RESERVE && 'more is free than can be kept',
}, async () => {
  const file = join(folder, 'small.raucb');
  writeFileSync(file, 'small');
  const environment = { PISANG_QUEUE_DISK_RESERVE_BYTES: String(LARGEST_RESERVE) };
  const { code, err } = await pisangWith(environment, 'update', file);
  assert.equal(code, 1);
  assert.match(err, /^pisang: There is no room for the update: .* 1048576 MiB must stay free/);
  assert.deepEqual(asked, []);
  // A configuration that is wrong must not keep an update away that may mend it.
  const wrong = { PISANG_QUEUE_DISK_RESERVE_BYTES: 'much' };
  assert.equal((await pisangWith(wrong, 'update', file)).code, 0);
});

test('the slots are shown; a factory reset wants a yes', async () => {
  const installed = { bundle: { version: '1.5.0' }, installed: { timestamp: '2026-01-01' } };
  const data = {
    version: '1.4.0',
    signing: 'development-signed',
    rauc: {
      boot_primary: 'rootfs.1',
      slots: [
        {
          'rootfs.1': {
            bootname: 'B',
            state: 'inactive',
            boot_status: 'good',
            slot_status: installed,
          },
        },
        { 'rootfs.0': { bootname: 'A', state: 'booted', boot_status: 'good' } },
      ],
    },
  };
  reply = { ok: true, detail: 'The slots.', data };
  assert.deepEqual((await pisang('update', 'status')).out.trim().split('\n'), [
    'version 1.4.0 runs, development-signed',
    'slot A: runs, may be started',
    'slot B: stands by, may be started, is the first choice at the next start, got version 1.5.0 at 2026-01-01',
  ]);
  assert.equal((await pisang('factory-reset')).code, 64);
  reply = { ok: true, detail: 'It begins now.' };
  assert.equal((await pisang('factory-reset', '--yes')).code, 0);
  assert.deepEqual(
    asked.map(({ request }) => request),
    [{ verb: 'update-status' }, { verb: 'factory-reset', confirm: 'erase everything' }],
  );
});
