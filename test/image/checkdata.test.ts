import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ScriptBox, scriptBox } from './script-rig.ts';

/**
 * checkdata with the real sfdisk, e2fsck and resize2fs on files: `dev/card` is the disk, `dev/card4`
 * what the kernel would show of its fourth partition. Only partx and the kernel's figures are
 * stand-ins, and `boot` is what a start does with the table it finds.
 */
const CHECKDATA = 'usr/lib/pisang/checkdata';
const MENDED = 'run/pisang-card-mended';
const MIB = 2_048; // sectors
const P4 = 32 * MIB;
const SHIPPED = 64 * MIB;

interface Card extends ScriptBox {
  /** The kernel reads the partition table. */
  readonly boot: () => void;
  readonly tableSectors: () => number;
  /** Size of the file system, after a check that must find nothing to mend. */
  readonly fileSystemSectors: () => number;
  readonly content: () => string;
}

function tool(command: string, input = ''): string {
  const run = spawnSync('sh', ['-c', command], { encoding: 'utf8', input });
  assert.equal(run.status, 0, `${command}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

function newCard(
  t: TestContext,
  sectors: number,
  tools: Readonly<Record<string, string>> = {},
): Card {
  const box = scriptBox(t, {
    udevadm: ':',
    partx: 'echo "$*" >>"$BOX/partx"; sh "$BOX/kernel"',
    ...tools,
  });
  const { folder, put } = box;
  const [disk, part] = [join(folder, 'dev/card'), join(folder, 'dev/card4')];
  mkdirSync(join(folder, 'dev/pisang'), { recursive: true });
  mkdirSync(join(folder, 'run'));
  mkdirSync(join(folder, 'content'));
  writeFileSync(join(folder, 'content/kept'), 'what was stored');
  writeFileSync(disk, '');
  truncateSync(disk, sectors * 512);
  tool(
    `sfdisk -q ${disk}`,
    `label: dos\nunit: sectors\n${[1, 2, 3]
      .map((n) => `start=${n * 8 * MIB}, size=${8 * MIB}, type=83\n`)
      .join('')}start=${P4}, size=${SHIPPED}, type=83\n`,
  );
  tool(
    `mke2fs -q -t ext4 -b 4096 -m 0 -O '^orphan_file,^metadata_csum_seed' -J size=16 -i 16384 -E lazy_itable_init=0,resize=16777216 -d ${folder}/content ${part} 64M 2>&1`,
  );
  symlinkSync('../card', join(folder, 'dev/pisang/disk'));
  symlinkSync('../card4', join(folder, 'dev/pisang/data'));
  const tableSectors = (): number =>
    Number(/card4 *: start= *\d+, size= *(\d+)/.exec(tool(`sfdisk -d ${disk}`))?.[1]);
  put('sys/block/card/size', `${sectors}\n`);
  put('sys/block/card/card4/start', `${P4}\n`);
  put(
    'kernel',
    `size=$(sfdisk -d ${disk} | sed -n 's/.*card4 *: start= *[0-9]*, size= *\\([0-9]*\\).*/\\1/p')
    echo "$size" >${folder}/sys/block/card/card4/size
    truncate -s $((size * 512)) ${part}\n`,
  );
  const boot = (): void => {
    tool(`sh ${folder}/kernel`);
  };
  boot();
  return {
    ...box,
    boot,
    tableSectors,
    fileSystemSectors: () => {
      tool(`e2fsck -fn ${part} 2>&1`);
      const said = tool(`dumpe2fs -h ${part} 2>/dev/null`);
      return Number(/^Block count: +(\d+)/m.exec(said)?.[1]) * 8;
    },
    content: () => tool(`debugfs -R 'cat /kept' ${part} 2>/dev/null`),
  };
}

const CARD = 4 * 1024 * MIB;

test('the data partition and its file system fill the card, and a second start changes nothing', (t) => {
  const card = newCard(t, CARD);
  const first = card.run(CHECKDATA);
  assert.equal(first.status, 0, first.said);
  assert.equal(card.tableSectors(), CARD - P4);
  assert.equal(card.fileSystemSectors(), CARD - P4);
  assert.equal(card.content(), 'what was stored');
  const table = tool(`head -c 4096 ${card.folder}/dev/card | sha256sum`);
  card.boot();
  const second = card.run(CHECKDATA);
  assert.equal(second.status, 0, second.said);
  assert.equal(tool(`head -c 4096 ${card.folder}/dev/card | sha256sum`), table);
  assert.equal(card.read('partx').trim().split('\n').length, 1);
  assert.doesNotMatch(second.said, /resize2fs|Pass 1/);
});

test('a card with less than 8 MiB to gain is left alone; one that is full as well', (t) => {
  for (const spare of [0, 8 * MIB]) {
    const card = newCard(t, P4 + SHIPPED + spare);
    const { status, said } = card.run(CHECKDATA);
    assert.equal(status, 0, said);
    assert.deepEqual([card.tableSectors(), card.fileSystemSectors()], [SHIPPED, SHIPPED]);
    assert.equal(card.exists('partx'), false);
  }
});

test('a udev that does not answer in time does not keep a grown partition from being used', (t) => {
  const card = newCard(t, CARD, { udevadm: 'exit 1' });
  const { status, said } = card.run(CHECKDATA);
  assert.equal(status, 0, said);
  assert.equal(card.fileSystemSectors(), CARD - P4);
});

test('a journal is read back without a word; what is mended leaves one', (t) => {
  const card = newCard(t, P4 + SHIPPED);
  const part = join(card.folder, 'dev/card4');
  card.put('journal', `jo\njw -b 9000 ${card.folder}/kernel\njc\n`);
  tool(`debugfs -w -f ${card.folder}/journal ${part} 2>&1`);
  const cut = card.run(CHECKDATA);
  assert.equal(cut.status, 0, cut.said);
  assert.match(cut.said, /recovering journal/);
  assert.equal(card.exists(MENDED), false, 'as after any cut');
  tool(`debugfs -w -R 'ssv state 0' ${part} 2>&1`);
  const unclean = card.run(CHECKDATA);
  assert.equal(unclean.status, 0, unclean.said);
  assert.match(unclean.said, /was not cleanly unmounted/);
  assert.ok(
    card.exists(MENDED),
    'with a journal only an earlier mending that was cut leaves it so',
  );
  rmSync(join(card.folder, MENDED));
  // An inode that the card lost: e2fsck -p takes its name away by itself.
  tool(`debugfs -w -R 'clri /kept' ${part} 2>&1; debugfs -w -R 'ssv state 3' ${part} 2>&1`);
  const lost = card.run(CHECKDATA);
  assert.equal(lost.status, 0, lost.said);
  assert.match(lost.said, /Entry 'kept' .* CLEARED/);
  assert.ok(card.exists(MENDED));
});

test('what is damaged beyond the careful check is mended by the bold one', (t) => {
  const card = newCard(t, P4 + SHIPPED);
  const part = join(card.folder, 'dev/card4');
  // A file whose name is gone: e2fsck -p asks for a person.
  tool(`debugfs -w -R 'unlink /kept' ${part} 2>&1; debugfs -w -R 'ssv state 2' ${part} 2>&1`);
  const damaged = card.run(CHECKDATA);
  assert.equal(damaged.status, 0, damaged.said);
  assert.ok(card.exists(MENDED));
  assert.match(damaged.said, /UNEXPECTED INCONSISTENCY/);
  assert.equal(card.fileSystemSectors(), SHIPPED);
  assert.match(tool(`debugfs -R 'cat /lost+found/#12' ${part} 2>&1`), /what was stored/);
});

/** The next `runs` of e2fsck can read nothing from the block of the root folder on. */
function hideFolder(card: Card, runs: number): () => readonly string[] {
  const part = join(card.folder, 'dev/card4');
  const block = Number(tool(`debugfs -R 'bmap / 0' ${part} 2>/dev/null`));
  tool(`debugfs -w -R 'ssv state 3' ${part} 2>&1`);
  // Which of its reads that is, is found out on a copy.
  tool(
    `cp ${part} ${part}.copy; strace -P ${part}.copy -e trace=pread64 -o ${part}.reads e2fsck -p ${part}.copy`,
  );
  const reads = tool(`grep pread64 ${part}.reads`).split('\n');
  const when = 1 + reads.findIndex((line) => line.includes(`, 4096, ${block * 4096})`));
  assert.ok(when > 0, 'a read of that block alone');
  card.put('runs-left', `${runs}\n`);
  replaceTools(card, {
    sleep: ':',
    e2fsck: `echo "$1" >>"$BOX/e2fsck-runs"; PATH=\${PATH#*:}; left=$(cat "$BOX/runs-left")
      [ "$left" -gt 0 ] || exec e2fsck "$@"
      echo $((left - 1)) >"$BOX/runs-left"
      exec strace -o /dev/null -P ${part} -e trace=pread64,read -e inject=pread64:error=EIO:when=${when}+ -e inject=read:error=EIO e2fsck "$@"`,
  });
  return () => card.read('e2fsck-runs').trim().split('\n');
}

test('a card that cannot be read for a moment is read again, and nothing on it is changed', (t) => {
  const card = newCard(t, P4 + SHIPPED);
  const runs = hideFolder(card, 2);
  const { status, said } = card.run(CHECKDATA);
  assert.match(said, /Error reading block/);
  assert.equal(status, 0, said);
  assert.deepEqual(runs(), ['-p', '-p', '-p']);
  assert.equal(card.exists(MENDED), false);
  assert.equal(card.fileSystemSectors(), SHIPPED);
  assert.equal(card.content(), 'what was stored');
});

test('a card that cannot be read is left as it is, for a start or a card reader that can', (t) => {
  const card = newCard(t, P4 + SHIPPED);
  const runs = hideFolder(card, 9);
  const { status, said } = card.run(CHECKDATA);
  assert.notEqual(status, 0, said);
  assert.match(said, /cannot be read; what is on it is left as it is/);
  assert.deepEqual(runs(), ['-p', '-p', '-p', '-fn']);
  assert.equal(card.content(), 'what was stored');
});

test('a partition without a file system is not mounted', (t) => {
  const card = newCard(t, P4 + SHIPPED);
  tool(`dd if=/dev/zero of=${card.folder}/dev/card4 bs=1M count=64 conv=notrunc 2>&1`);
  const { status, said } = card.run(CHECKDATA);
  assert.notEqual(status, 0, said);
});

for (const [what, tools] of [
  ['a table that cannot be written', { sfdisk: 'exit 1' }],
  ['a file system that cannot grow', { resize2fs: 'exit 1' }],
] as const) {
  test(`${what} does not keep the data from being used`, (t) => {
    const card = newCard(t, CARD, tools);
    const { status, said } = card.run(CHECKDATA);
    assert.equal(status, 0, said);
    assert.match(said, /could not be made larger; it is used as it is/);
    assert.equal(card.fileSystemSectors(), SHIPPED);
    assert.equal(card.content(), 'what was stored');
  });
}

/** The returned function puts back what was there before. */
function replaceTools(card: Card, tools: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(tools).map((name) => [name, card.read(`bin/${name}`)] as const);
  for (const [name, script] of Object.entries(tools)) {
    card.put(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  }
  return () => {
    for (const [name, text] of before) {
      if (text === '') {
        rmSync(join(card.folder, 'bin', name));
      } else {
        card.put(`bin/${name}`, text);
      }
    }
  };
}

/** The next start fills the card and loses nothing. */
function assertMadeGood(card: Card): void {
  card.boot();
  const { status, said } = card.run(CHECKDATA);
  assert.equal(status, 0, said);
  assert.equal(card.fileSystemSectors(), CARD - P4);
  assert.equal(card.content(), 'what was stored');
}

const CUT = 'kill -9 $PPID';

for (const [where, tools] of [
  ['before the table is written', { sfdisk: CUT }],
  ['between the table and the kernel', { partx: CUT }],
  ['between the table and the file system', { e2fsck: CUT }],
  ['before the file system grows', { resize2fs: CUT }],
] as const) {
  test(`a power cut ${where} is made good at the next start`, (t) => {
    const card = newCard(t, CARD);
    const mend = replaceTools(card, tools);
    assert.notEqual(card.run(CHECKDATA).status, 0);
    assert.equal(card.content(), 'what was stored');
    mend();
    assertMadeGood(card);
  });
}

for (const write of [1, 2, 3, 5, 9, 14, 20]) {
  test(`a power cut in the ${write}. write of resize2fs is made good at the next start`, (t) => {
    const card = newCard(t, CARD);
    const mend = replaceTools(card, {
      resize2fs: `PATH=\${PATH#*:}
      exec strace -f -o "$BOX/trace" -e trace=pwrite64,write -e inject=pwrite64:signal=KILL:when=${write} resize2fs "$@"`,
    });
    card.run(CHECKDATA);
    assert.match(card.read('trace'), /killed by SIGKILL/);
    mend();
    assertMadeGood(card);
  });
}
