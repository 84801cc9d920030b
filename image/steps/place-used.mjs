// place-used.mjs IMAGE SECTOR PART: writes every block that the ext4 file system PART uses into IMAGE from SECTOR on, those
// that are all zeros too. The map for bmaptool is made from the image's holes, and what is not in the map keeps what the
// card held before: a zero block of a file, of the journal or of an inode table must not become a hole.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const [image, sector, part] = process.argv.slice(2);
const said = execFileSync('dumpe2fs', [part], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
const size = Number(/^Block size: +(\d+)$/m.exec(said)[1]);
const count = Number(/^Block count: +(\d+)$/m.exec(said)[1]);
const free = [...said.matchAll(/^ {2}Free blocks: (.+)$/gm)]
  .flatMap((match) => match[1].split(', '))
  .map((range) => range.split('-').map(Number))
  .map(([from, to = from]) => [from, to]);

const source = openSync(part, 'r');
const target = openSync(image, 'r+');
const buffer = Buffer.alloc(1 << 22);
let from = 0;
for (const [firstFree, lastFree] of [...free, [count, count]]) {
  for (let at = from * size; at < firstFree * size; ) {
    const got = readSync(source, buffer, 0, Math.min(buffer.length, firstFree * size - at), at);
    if (got === 0) throw new Error(`${part} ends before its file system does`);
    writeSync(target, buffer, 0, got, Number(sector) * 512 + at);
    at += got;
  }
  from = lastFree + 1;
}
closeSync(source);
closeSync(target);
