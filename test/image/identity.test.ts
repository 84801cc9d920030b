import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { differingParts } from './differing-parts.ts';
import { cacheSharing } from './step-cache.ts';

/** Steps whose result is taken from the usual cache; `IDENTITY=whole` makes the second image's own. */
const KEPT = /^(?:foreign|native|root-tree|apt)-/;
const WHOLE = process.env['IDENTITY'] === 'whole';
const folder = mkdtempSync(join(tmpdir(), 'pisang-identity-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Surroundings {
  readonly clone: string;
  readonly umask: string;
  readonly keepsSteps: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** A clone of what is committed, built in these surroundings; its folder with the results. */
function build({ clone, umask, keepsSteps, env }: Surroundings): string {
  const cache = join(folder, `cache-${umask}`);
  // Beside the image's steps: this machine's own SQLite module, which no image holds, and the key of development builds,
  // each of which makes another image.
  cacheSharing(cache, (name, isStep) => !isStep || (keepsSteps && KEPT.test(name)));
  const run = spawnSync(
    'sh',
    [
      '-ec',
      `umask ${umask}; git clone -q . '${clone}'; cd '${clone}'; make image BOARD=bananapi; umask`,
    ],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, ...env, XDG_CACHE_HOME: cache },
    },
  );
  assert.equal(run.status, 0, run.stderr.slice(-3000));
  return join(clone, 'build/image');
}

test('two clones of one commit give the same image, .xz, map, bill and manifest, bit by bit', (t) => {
  execFileSync('image/steps/signing', { stdio: 'ignore' });
  const first = build({
    clone: join(folder, 'a'),
    umask: '022',
    keepsSteps: true,
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
  });
  const from = performance.now();
  const second = build({
    clone: join(folder, 'another place with a longer name'.replaceAll(' ', '-')),
    umask: '077',
    keepsSteps: !WHOLE,
    env: { TZ: 'Asia/Jakarta', LANG: 'id_ID.UTF-8', HOSTNAME: 'elsewhere' },
  });
  const seconds = ((performance.now() - from) / 1_000).toFixed(0);
  t.diagnostic(
    `${seconds} s in a fresh clone, ${WHOLE ? 'with an empty cache' : 'root tree kept'}`,
  );
  const names = readdirSync(first).filter((name) => !name.startsWith('.'));
  assert.ok(names.length >= 6, names.join(' '));
  assert.deepEqual(
    readdirSync(second)
      .filter((name) => !name.startsWith('.'))
      .sort(),
    names.sort(),
  );
  const differing = names.filter(
    (name) => spawnSync('cmp', ['-s', join(first, name), join(second, name)]).status !== 0,
  );
  const image = differing.find((name) => name.endsWith('.img'));
  const why = image === undefined ? [] : differingParts(join(first, image), join(second, image));
  assert.deepEqual(differing, [], `these differ: ${why.join('\n')}`);
  execFileSync('rm', ['-rf', first, second]);
});
