import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchFile } from '../../app/commands/file-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a file that appears is no loss; one that goes or is replaced is told once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [path, other] = [join(folder, 'file'), join(folder, 'other')];
  for (const lose of [() => rmSync(path), () => renameSync(other, path)]) {
    const clock = new FakeClock();
    let gone = 0;
    rmSync(path, { force: true });
    watchFile(path, clock, () => {
      gone += 1;
    });
    await clock.advance(10_000);
    writeFileSync(path, 'a');
    writeFileSync(other, 'b');
    await clock.advance(10_000);
    assert.equal(gone, 0);
    lose();
    await clock.advance(2_000);
    assert.equal(gone, 1);
    assert.equal(clock.pendingTimers(), 0);
  }
});
