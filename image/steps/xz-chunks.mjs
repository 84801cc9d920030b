// xz-chunks.mjs KEPT BYTES XZ-OPTION…: packs standard input into .xz files of BYTES each, two at a time, and prints
// their names in order. Each is kept in the folder KEPT under the sum of what is in it and the options: of a new build
// only the chunks that changed are packed, and all empty ones are the same.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const AT_ONCE = 2;
const [kept, size, ...options] = process.argv.slice(2);
mkdirSync(kept, { recursive: true });
const started = new Map();
const running = new Set();

function pack(chunk, file) {
  return new Promise((resolve, reject) => {
    const half = `${file}.${process.pid}`;
    const xz = spawn('xz', options, { stdio: ['pipe', 'pipe', 'inherit'] });
    const out = createWriteStream(half);
    let code = null;
    xz.once('error', reject);
    xz.once('exit', (status) => {
      code = status;
    });
    xz.stdout.pipe(out);
    out.once('error', reject);
    out.once('close', () => setImmediate(done));
    const done = () => {
      if (code === null) xz.once('exit', done);
      else if (code === 0) resolve(renameSync(half, file));
      else reject(new Error(`xz ended with ${code}`));
    };
    xz.stdin.end(chunk);
  });
}

/** Starts packing unless it is kept; waits while as many run as may. */
async function take(chunk) {
  const sum = createHash('sha256').update(options.join(' ')).update('\n').update(chunk).digest('hex');
  const file = join(kept, `${sum}.xz`);
  console.log(file);
  if (started.has(sum)) return;
  started.set(sum, true);
  if (existsSync(file)) {
    utimesSync(file, new Date(), new Date());
    return;
  }
  while (running.size >= AT_ONCE) await Promise.race(running);
  const job = pack(chunk, file).finally(() => running.delete(job));
  running.add(job);
}

let pieces = [];
let held = 0;
for await (const piece of process.stdin) {
  let rest = piece;
  while (held + rest.length >= Number(size)) {
    const need = Number(size) - held;
    await take(Buffer.concat([...pieces, rest.subarray(0, need)]));
    rest = rest.subarray(need);
    pieces = [];
    held = 0;
  }
  if (rest.length > 0) {
    pieces.push(rest);
    held += rest.length;
  }
}
if (held > 0) await take(Buffer.concat(pieces));
await Promise.all(running);
