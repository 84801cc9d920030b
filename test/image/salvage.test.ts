import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DATA } from './box-rig.ts';
import { type ScriptBox, scriptBox } from './script-rig.ts';

const SALVAGE = 'usr/lib/pisang/salvage';
const APP = `${DATA}/app`;
const LOST = `${DATA}/lost+found`;
const database = (name: string): string => `SQLite format 3\0${name}`;
/** Big-endian 377f0682, as a write-ahead log begins. */
const log = (name: string): Buffer =>
  Buffer.concat([Buffer.from('377f0682', 'hex'), Buffer.from(name)]);

function newBox(t: TestContext, files: Readonly<Record<string, string | Buffer>>): ScriptBox {
  const box = scriptBox(t, {});
  box.put(`${APP}/keep`, '');
  for (const [index, [path, text]] of Object.entries(files).entries()) {
    box.put(path, text);
    // The later in the list, the newer.
    utimesSync(join(box.folder, path), 1_700_000_000 + index, 1_700_000_000 + index);
  }
  return box;
}

test('the newest database and its log get their names back; the rest is put aside', (t) => {
  const box = newBox(t, {
    [`${LOST}/#12`]: database('older'),
    [`${LOST}/#13`]: database('newer'),
    [`${LOST}/#14`]: log('of the newer'),
    [`${LOST}/#15`]: 'a text',
  });
  const { status, said } = box.run(SALVAGE);
  assert.equal(status, 0, said);
  assert.equal(box.read(`${APP}/pisang.db`), database('newer'));
  assert.match(box.read(`${APP}/pisang.db-wal`), /of the newer$/);
  assert.equal(box.read(`${LOST}/left-12`), database('older'));
  assert.ok(box.exists(`${LOST}/left-15`));
});

test('what is there stays, and gets a lost log only from the same mending', (t) => {
  const box = newBox(t, {
    [`${APP}/pisang.db`]: database('in use'),
    [`${APP}/pisang.db-wal`]: log('in use'),
    [`${LOST}/#12`]: database('other'),
    [`${LOST}/#14`]: log('other'),
  });
  box.run(SALVAGE);
  assert.equal(box.read(`${APP}/pisang.db`), database('in use'));
  assert.match(box.read(`${APP}/pisang.db-wal`), /in use$/);
  box.put(`${APP}/pisang.db-wal`, '');
  box.run(SALVAGE);
  assert.equal(box.read(`${APP}/pisang.db-wal`), '', 'older than what is in use');
  box.put(`${LOST}/#21`, log('lost now'));
  box.run(SALVAGE);
  assert.match(box.read(`${APP}/pisang.db-wal`), /lost now$/);
});

test('a folder that lost its name comes back whole, over nothing that is there', (t) => {
  const box = newBox(t, {
    [`${LOST}/#99/pisang.db`]: database('whole'),
    [`${LOST}/#99/config.json`]: '{}',
    [`${LOST}/#99/keep`]: 'old',
    [`${LOST}/#98/other`]: '',
  });
  const { status, said } = box.run(SALVAGE);
  assert.equal(status, 0, said);
  assert.equal(box.read(`${APP}/pisang.db`), database('whole'));
  assert.equal(box.read(`${APP}/config.json`), '{}');
  assert.equal(box.read(`${APP}/keep`), '');
});

test('nothing to find, or no such folder, is no fault; a log without its database is not taken', (t) => {
  assert.equal(newBox(t, {}).run(SALVAGE).status, 0);
  const box = newBox(t, { [`${LOST}/#14`]: log('alone') });
  assert.equal(box.run(SALVAGE).status, 0);
  assert.equal(box.exists(`${APP}/pisang.db-wal`), false);
});
