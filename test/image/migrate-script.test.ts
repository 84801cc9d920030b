import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATA, newBox } from './box-rig.ts';

const MIGRATE = 'usr/lib/pisang/migrate';
const DATABASE = `${DATA}/app/pisang.db`;

/** A database file whose header says schema `schema` (user_version, octets 60 to 63). */
function header(schema: number): string {
  return `${'x'.repeat(60)}\0\0\0${String.fromCharCode(schema)}rest`;
}

test('the database is migrated once for a release, and again when anything speaks for it', (t) => {
  const box = newBox(t);
  box.put(
    'usr/bin/pisang',
    `#!/bin/sh\n{ echo pisang; cat "$BOX/${DATABASE}.suspect"; } >>"$BOX/notes" 2>/dev/null\nrm -f "$BOX/${DATABASE}.suspect"\nexit "$(cat "$BOX/code")"\n`,
    0o755,
  );
  box.put('code', '0');
  box.put('usr/lib/pisang/release.json', '{"version":"1"}');
  box.put(DATABASE, header(1));
  const runs = (): boolean => {
    box.put('notes', '');
    box.run(MIGRATE);
    return box.read('notes') !== '';
  };
  const twice = (): boolean[] => [runs(), runs()];
  assert.deepEqual(twice(), [true, false], 'the first start');
  box.put('usr/lib/pisang/release.json', '{"version":"2"}');
  assert.deepEqual(twice(), [true, false], 'another release');
  box.put(DATABASE, header(2));
  assert.deepEqual(twice(), [true, false], 'a file with another schema');
  box.put(`${DATABASE}.suspect`, 'why');
  assert.deepEqual(twice(), [true, false], 'a file that was noted as damaged');
  box.put(DATABASE, '');
  assert.equal(runs(), true);
  assert.match(box.read('notes'), /the database is gone/, 'a loss is told');
  assert.equal(runs(), true, 'no file');
  box.put(DATABASE, header(3));
  box.put('code', '1');
  assert.deepEqual(twice(), [true, true], 'a failure is no success');
});
