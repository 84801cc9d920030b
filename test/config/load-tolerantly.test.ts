import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTolerantly } from '../../app/config/load-tolerantly.ts';

const SYSTEM = '/etc/pisang/config.json';
const LOCAL = '/var/lib/pisang/app/config.json';
const PINS = '/var/lib/pisang/app/pins.json';

function load(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): ReturnType<typeof loadTolerantly> {
  return loadTolerantly({
    file: null,
    environment,
    readText: (path) => files[path] ?? null,
  });
}

const GOOD = {
  [SYSTEM]: '{"defaultRegion":"MY"}',
  [LOCAL]: '{"queue":{"maxDepth":7}}',
  [PINS]: '{"modem1":"1234"}',
};

test('what is whole is used, and nothing is set aside', () => {
  const { config, setAside } = load(GOOD);
  assert.deepEqual(
    [config.defaultRegion, config.queue.maxDepth, config.modems[0]?.pin, setAside],
    ['MY', 7, '1234', []],
  );
});

for (const [what, text, said] of [
  ['half a file', '{"queue":{"max', /app\/config\.json: is not JSON; look at line 1/],
  ['zeros', '\0'.repeat(40), /app\/config\.json: is not JSON/],
  ['another type', '[]', /app\/config\.json: must hold one JSON object/],
  ['a wrong value', '{"queue":{"maxDepth":-1}}', /queue\.maxDepth/],
  ['an unknown field', '{"queeu":{}}', /queeu/],
] as const) {
  test(`${what} in dataDir: the rest of the configuration holds, and the fault is told`, () => {
    const { config, setAside, files } = load({ ...GOOD, [LOCAL]: text });
    assert.deepEqual(
      [config.defaultRegion, config.queue.maxDepth, config.modems[0]?.pin],
      ['MY', 100_000, '1234'],
    );
    assert.deepEqual(files, [SYSTEM, PINS]);
    assert.match(setAside.join(), said);
  });
}

test('damaged PINs are left out alone; their text is not told', () => {
  const { config, setAside } = load({ ...GOOD, [PINS]: '{"modem1":"1234"' });
  assert.deepEqual([config.queue.maxDepth, config.modems[0]?.pin], [7, null]);
  assert.match(setAside.join(), /pins\.json: is not JSON/);
  assert.doesNotMatch(setAside.join(), /1234/);
});

test('both damaged: defaults of the slot', () => {
  const { config, setAside } = load({ ...GOOD, [LOCAL]: '{', [PINS]: '{' });
  assert.deepEqual(
    [config.defaultRegion, config.queue.maxDepth, config.modems[0]?.pin],
    ['MY', 100_000, null],
  );
  assert.equal(setAside.length, 1);
});

test('what a person wrote elsewhere is still refused', () => {
  assert.throws(() => load({ ...GOOD, [SYSTEM]: '{' }), { code: 'bad-config' });
  assert.throws(() => load(GOOD, { PISANG_QUEUE_MAX_DEPTH: 'many' }), { code: 'bad-config' });
  assert.throws(() => load({ ...GOOD, [SYSTEM]: '{', [LOCAL]: '{' }), /etc\/pisang\/config\.json/);
});
