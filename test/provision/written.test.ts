import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeBox } from './support.ts';

const DAY_MS = 86_400_000;

test('RESULT.txt says when it was written, and is not written anew for the time alone', async () => {
  const box = new FakeBox();
  box.insert('password.txt', 'three words long');
  box.insert('pisang.json', '{"apiKeys":"make"}');
  await box.boot();
  assert.match(box.card('RESULT.txt') ?? '', /\r\nWritten: 2026-11-21 07:00 UTC\r\n$/);
  await box.boot();
  const settled = box.card('RESULT.txt') ?? '';
  const write = box.disk.write.bind(box.disk);
  box.disk.write = (path, data, mode) => {
    assert.ok(!path.startsWith('/card/'), path);
    write(path, data, mode);
  };
  await box.clock.advance(DAY_MS);
  await box.boot();
  assert.equal(box.card('RESULT.txt'), settled);
  box.disk.write = write;
  box.insert('pisang.json', '{"siteName":"Toko"}');
  await box.boot();
  assert.match(box.card('RESULT.txt') ?? '', /\r\nWritten: 2026-11-22 07:00 UTC\r\n$/);
});

test('a time of a clock that was not set is told as such', async () => {
  const box = new FakeBox();
  box.clock.setTrusted(false);
  await box.boot();
  assert.match(
    box.card('RESULT.txt') ?? '',
    /\r\nWritten: 2026-11-21 07:00 UTC \(the clock was not set yet and may be behind\)\r\n$/,
  );
});
