// ext4-tree.mjs IMAGE OFFSET FOLDER: copies the ext4 file system that begins at byte OFFSET of IMAGE into FOLDER, without
// mounting it. debugfs leaves out set-id and sticky bits, hard links and file capabilities; they are put back here.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, linkSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [image, offset, folder] = process.argv.slice(2);
const device = `${image}?offset=${offset}`;

/** What debugfs prints for these commands; a word other than its version on stderr is a fault of the file system. */
function ask(...commands) {
  const run = spawnSync('debugfs', ['-f', '-', device], {
    input: commands.map((command) => `${command}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 29,
  });
  const faults = run.stderr.split('\n').filter((line) => line !== '' && !/^debugfs \d/.test(line));
  if (run.status !== 0 || faults.length > 0) throw new Error(faults.slice(0, 5).join('\n') || `debugfs: ${run.status}`);
  return run.stdout.split('\n');
}

const quoted = (path) => `"${path.replaceAll('"', '""')}"`;

function* folders(at) {
  yield at;
  for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
    if (entry.isDirectory()) yield* folders(join(at, entry.name));
  }
}

/** Every entry: path, inode, permission bits, and its kind as the first octal digits of the mode. */
function entries() {
  const all = [];
  let at = '';
  for (const line of ask(...[...folders('/')].map((path) => `ls -p ${quoted(path)}`))) {
    const asked = /^debugfs: ls -p "(.*)"$/.exec(line)?.[1];
    if (asked !== undefined) at = asked.replaceAll('""', '"');
    const [, inode, kind, bits, name] = /^\/(\d+)\/(\d\d)(\d{4})\/\d+\/\d+\/([^/]+)\/\d*\/$/.exec(line) ?? [];
    if (name !== undefined && name !== '.' && name !== '..') {
      all.push({ path: join(folder, at, name), inode, kind, bits: Number.parseInt(bits, 8) });
    }
  }
  return all;
}

try {
  execFileSync('e2fsck', ['-fn', device], { stdio: 'ignore' });
  ask(`rdump / ${quoted(folder)}`);
} catch (error) {
  console.error(`ext4-tree: ${error.message}`);
  process.exit(1);
}
const FILE = '10';
const FOLDER = '04';
const first = new Map();
const found = entries();
for (const { path, inode, kind, bits } of found) {
  const other = kind === FILE ? first.get(inode) : undefined;
  if (other !== undefined) {
    rmSync(path);
    linkSync(other, path);
  } else if (kind === FILE) {
    first.set(inode, path);
  }
  if ((kind === FILE || kind === FOLDER) && bits > 0o777) chmodSync(path, bits);
}

// Capabilities sit on programs only; debugfs shows their bytes in hex.
const programs = found.filter(({ kind, bits, inode, path }) => kind === FILE && (bits & 0o111) !== 0 && first.get(inode) === path);
const paths = new Map(programs.map(({ inode, path }) => [inode, path]));
let inode = '';
for (const line of ask(...programs.map((program) => `ea_list <${program.inode}>`))) {
  inode = /^debugfs: ea_list <(\d+)>/.exec(line)?.[1] ?? inode;
  const hex = /^ +security\.capability \(\d+\) = ((?:[0-9a-f]{2} ?)+)$/.exec(line)?.[1];
  if (hex !== undefined) {
    const set = 'import os, sys; os.setxattr(sys.argv[1], "security.capability", bytes.fromhex(sys.argv[2]))';
    execFileSync('python3', ['-c', set, paths.get(inode), hex]);
  }
}
