import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BOARD, card, FAT_START } from './built-image.ts';
import { Machine, type MachineKind } from './machine.ts';
import {
  decodeState,
  encodeState,
  readSector,
  type SlotState,
  STATE_BACKUP,
  STATE_SECTOR,
  writeSector,
} from './state-sector.ts';

/** The one board that QEMU has; `bananapi` is tried with its U-Boot too. */
const QEMU_BOARD = 'bananapim2ultra';
const KINDS: readonly MachineKind[] =
  BOARD === QEMU_BOARD || BOARD === 'bananapi' ? ['virt', 'bpim2u'] : ['virt'];
const OTHER_UBOOT = BOARD === QEMU_BOARD ? undefined : 'Bananapi_M2_Ultra';
const KERNEL = /Starting kernel/;
const TIMEOUT_MS = 90_000;

/** What the boot script did with a card on which these sectors were written first. Slot B is empty, as shipped. */
async function start(
  t: TestContext,
  kind: MachineKind,
  sectors: Readonly<Record<number, Buffer>>,
  onCard: (file: string, folder: string) => void = () => {},
): Promise<{ starts: string[]; said: string; state: SlotState | null; file: string }> {
  const { file, folder } = card(t, kind === 'bpim2u' ? OTHER_UBOOT : undefined);
  for (const [sector, bytes] of Object.entries(sectors)) writeSector(file, Number(sector), bytes);
  onCard(file, folder);
  const machine = new Machine(kind, file);
  try {
    await machine.until(KERNEL, TIMEOUT_MS);
  } finally {
    await machine.cutPower();
  }
  const state = decodeState(readSector(file, STATE_SECTOR));
  return { starts: machine.starts, said: machine.said, state, file };
}

for (const kind of KINDS) {
  test(`${kind}: a new card without state starts slot A, not on trial, and writes the state`, async (t) => {
    const { starts, said, state } = await start(t, kind, {});
    assert.match(said, /no valid state, defaults/);
    assert.deepEqual(starts, ['slot=A trial=0 order=A B A=3 B=3 good=A left=9']);
    const fresh = { BOOT_ORDER: 'A B', BOOT_A_LEFT: '3', BOOT_B_LEFT: '3', BOOT_GOOD: 'A' };
    assert.deepEqual(state, { ...fresh, BOOT_GOOD_LEFT: '9' });
  });

  test(`${kind}: a PISANG that cannot be read, or has lost its boot script, does not keep the card from starting`, async (t) => {
    const trial = { BOOT_ORDER: 'A B', BOOT_A_LEFT: '2', BOOT_B_LEFT: '3', BOOT_GOOD: 'B' };
    const lost = await start(t, kind, {
      [FAT_START]: Buffer.alloc(65_536),
      [STATE_SECTOR]: encodeState(trial),
    });
    assert.deepEqual(lost.starts, ['slot=A trial=1 order=A B A=1 B=3 good=B left=a']);
    const { starts } = await start(t, kind, {}, (file) => {
      execFileSync('mdel', ['-i', `${file}@@${FAT_START * 512}`, '::boot.scr']);
    });
    assert.deepEqual(starts, ['slot=A trial=0 order=A B A=3 B=3 good=A left=9']);
  });

  test(`${kind}: a trial of a slot that cannot be started falls back to the good one by itself`, async (t) => {
    const trial = { BOOT_ORDER: 'B A', BOOT_A_LEFT: '3', BOOT_B_LEFT: '2', BOOT_GOOD: 'A' };
    const { starts, said, state } = await start(t, kind, { [STATE_SECTOR]: encodeState(trial) });
    assert.deepEqual(starts, [
      'slot=B trial=1 order=B A A=3 B=1 good=A left=a',
      'slot=B trial=1 order=B A A=3 B=0 good=A left=a',
      'slot=A trial=0 order=B A A=3 B=0 good=A left=9',
    ]);
    assert.equal(said.match(/slot B cannot be started, reset/g)?.length, 2);
    assert.equal(state?.['BOOT_B_LEFT'], '0');
  });

  test(`${kind}: the backup is used when the state sector is damaged`, async (t) => {
    const kept = {
      BOOT_ORDER: 'A B',
      BOOT_A_LEFT: '3',
      BOOT_B_LEFT: '1',
      BOOT_GOOD: 'A',
      machine_id: 'ab12',
    };
    const { said, state } = await start(t, kind, {
      [STATE_SECTOR]: Buffer.alloc(512, 0xff),
      [STATE_BACKUP]: encodeState(kept),
    });
    assert.match(said, /state from sector 0x1c00/);
    assert.deepEqual(state, { ...kept, BOOT_GOOD_LEFT: '9' });
  });

  test(`${kind}: with no start left in any slot the counters begin again, the good slot first`, async (t) => {
    const spent = {
      BOOT_ORDER: 'B A',
      BOOT_A_LEFT: '0',
      BOOT_B_LEFT: '0',
      BOOT_GOOD: 'A',
      machine_id: 'ab12',
    };
    const { starts, said, state } = await start(t, kind, { [STATE_SECTOR]: encodeState(spent) });
    assert.match(said, /no slot left, resetting counters/);
    assert.equal(starts.at(-1), 'slot=A trial=0 order=A B A=3 B=0 good=A left=9');
    assert.equal(state?.['machine_id'], 'ab12');
  });

  test(`${kind}: starting a good slot changes its own counter of ten and nothing else`, async (t) => {
    const good = {
      BOOT_ORDER: 'A B',
      BOOT_A_LEFT: '3',
      BOOT_B_LEFT: '0',
      BOOT_GOOD: 'A',
      machine_id: 'ab12',
    };
    const { starts, state } = await start(t, kind, { [STATE_SECTOR]: encodeState(good) });
    assert.deepEqual(starts, ['slot=A trial=0 order=A B A=3 B=0 good=A left=9']);
    assert.deepEqual(state, { ...good, BOOT_GOOD_LEFT: '9' });
  });
}

test('virt: a good slot that used up its ten starts gives the other one its trial', async (t) => {
  const worn = {
    BOOT_ORDER: 'A B',
    BOOT_A_LEFT: '3',
    BOOT_B_LEFT: '1',
    BOOT_GOOD: 'A',
    BOOT_GOOD_LEFT: '0',
  };
  const { starts } = await start(t, 'virt', { [STATE_SECTOR]: encodeState(worn) });
  assert.equal(starts[0], 'slot=B trial=1 order=A B A=3 B=0 good=A left=0');
  assert.equal(starts.at(-1), 'slot=A trial=0 order=A B A=3 B=0 good=A left=9');
});

test('virt: variables outside the list are not taken from the state sector', async (t) => {
  const hostile = {
    BOOT_ORDER: 'A B',
    BOOT_GOOD: 'A',
    bootcmd: 'echo taken',
    fdtfile: 'x',
    st_bak: '0',
  };
  const { starts, state } = await start(t, 'virt', { [STATE_SECTOR]: encodeState(hostile) });
  assert.equal(starts.length, 1);
  assert.deepEqual(
    Object.keys(state ?? {}).filter((name) => !/^(BOOT_|machine_id)/.test(name)),
    [],
  );
});

if (KINDS.includes('bpim2u')) {
  test('bpim2u: a uboot.env on the FAT partition is deleted', async (t) => {
    const { starts, said, file } = await start(t, 'bpim2u', {}, (image, folder) => {
      const env = join(folder, 'uboot.env');
      writeFileSync(env, Buffer.alloc(0x10000, 0x41));
      execFileSync('mcopy', ['-i', `${image}@@4194304`, env, '::uboot.env']);
    });
    assert.match(said, /pisang: removing uboot\.env/);
    assert.equal(starts.length, 1, 'the start was counted once');
    const listing = execFileSync('mdir', ['-b', '-i', `${file}@@4194304`], { encoding: 'utf8' });
    assert.doesNotMatch(listing, /uboot\.env/i);
    assert.match(listing, /boot\.scr/i);
  });
}
