import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PowerCut } from '../support/memory-disk.ts';
import { FakeBox } from './support.ts';

const SETTINGS = JSON.stringify({
  hostName: 'kantor',
  simPin: '4711',
  network: { address: '192.168.1.20/24', gateway: '192.168.1.1' },
  apiKeys: 'make',
  siteName: 'x'.repeat(60),
});

/** Every file but the run directory's, and without what is new at each start. */
function state(box: FakeBox): Record<string, string> {
  return Object.fromEntries(
    [...box.disk.files]
      .filter(([path]) => !path.startsWith('/run/') && !path.endsWith('.new'))
      .map(([path, data]): [string, string] => [
        path,
        path.endsWith('RESULT.txt') || path.endsWith('password.json') ? '' : data.toString(),
      ])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function filled(files: Readonly<Record<string, string>>): FakeBox {
  const box = new FakeBox();
  box.disk.put('/data/app/pisang.db', 'messages');
  for (const [name, text] of Object.entries(files)) {
    box.disk.put(name.startsWith('/') ? name : `/card/${name}`, text);
  }
  return box;
}

/** Cuts the power at every step, before it and in its middle, once and then once more later on. */
async function cutEverywhere(
  files: Readonly<Record<string, string>>,
  check: (box: FakeBox) => void,
): Promise<number> {
  const whole = filled(files);
  await whole.boot();
  await whole.boot();
  const steps = whole.disk.steps;
  const expected = state(whole);
  for (let step = 1; step <= steps; step += 1) {
    for (const half of [false, true]) {
      for (const second of [0, 1, 3]) {
        const box = filled(files);
        for (const cut of second === 0 ? [step] : [step, second]) {
          box.disk.steps = 0;
          box.disk.cutAt = { step: cut, half };
          await box
            .boot()
            .catch((error: unknown) => assert.ok(error instanceof PowerCut, String(error)));
        }
        box.disk.cutAt = null;
        await box.boot();
        await box.boot();
        const place = `cut at step ${step}${half ? ' half-way' : ''}, again at ${second}`;
        assert.deepEqual(state(box), expected, place);
        check(box);
      }
    }
  }
  return steps;
}

test('a cut at any step of taking pisang.json changes nothing about the outcome', async () => {
  const steps = await cutEverywhere({ 'pisang.json': SETTINGS }, (box) => {
    assert.equal(box.keys.size, 1, 'one key, not two');
    const [row] = box.keys.values();
    const told = /API key "card": (psg_\d+)/.exec(box.result())?.[1];
    assert.equal(row?.['hash'], `of ${told}`, 'the key that is told is the one that holds');
    assert.doesNotMatch(box.card('pisang.json') ?? '', /4711/);
  });
  assert.ok(steps > 15, `${steps} steps`);
});

test('a cut at any step of taking the password leaves it taken and overwritten', async () => {
  await cutEverywhere({ 'password.txt': 'three words long' }, (box) => {
    assert.doesNotMatch(box.card('password.txt') ?? '', /word|long/);
  });
});

test('a cut at any step of a factory reset leaves nothing of before', async () => {
  await cutEverywhere({ 'factory-reset.txt': 'erase everything' }, (box) => {
    assert.equal(box.disk.text('/data/app/pisang.db'), null);
  });
});

test('a reset that the box itself was asked for is finished after any cut, too', async () => {
  await cutEverywhere({ '/data/factory-reset': 'erase everything' }, (box) => {
    assert.equal(box.disk.text('/data/app/pisang.db'), null);
    assert.equal(box.disk.text('/data/factory-reset'), null);
  });
});
