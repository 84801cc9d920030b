import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { FakeBox } from './support.ts';

const FOLDER = 'test/fixtures/provision';
/** `UPDATE_RESULTS=1` writes what is said now, for a person to read before it is committed. */
const UPDATE = process.env['UPDATE_RESULTS'] === '1';

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.input'));

test('the table has both kinds', () => {
  assert.ok(names.length >= 20);
});

for (const name of names) {
  test(`${name}: its RESULT.txt, and all or nothing`, async () => {
    const box = new FakeBox();
    const file = readFileSync(`${FOLDER}/${name}`);
    box.insert('pisang.json', file);
    const { failed } = await box.boot();
    const expected = `${FOLDER}/${name.replace(/input$/, 'RESULT.txt')}`;
    if (UPDATE || !existsSync(expected)) {
      assert.ok(UPDATE, `${expected} is missing`);
      writeFileSync(expected, `${box.result()}\n`);
    }
    assert.equal(`${box.result()}\n`, readFileSync(expected, 'utf8'));
    const result = box.card('RESULT.txt') ?? '';
    assert.doesNotMatch(result, /[^\r]\n/, 'readable in any editor');
    const settled = [...box.disk.files.keys()].filter((path) => path.startsWith('/data/'));
    const isTaken = /^pisang\.json was taken/m.test(result);
    assert.equal(
      failed,
      !isTaken || /this box (has|does not have)/.test(result),
      'what is missing is a failure, too',
    );
    if (!isTaken) {
      assert.deepEqual(settled, [], 'nothing of a refused file holds');
      assert.deepEqual(box.disk.files.get('/card/pisang.json'), file, 'it is left to be mended');
    } else {
      assert.ok(settled.includes('/data/box/provisioned'));
      assert.ok(!settled.includes('/data/box/provision-plan.json'));
      const left = box.card('pisang.json') ?? '';
      assert.ok(Buffer.byteLength(left) >= file.length, 'no old octet is left behind the new text');
      assert.doesNotMatch(left, /1234|psg_/);
    }
  });
}
