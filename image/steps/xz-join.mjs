// xz-join.mjs OUT PART…: joins .xz files into one .xz file of a single stream that unpacks to the parts one after another.
// The blocks are taken over as they are and one index is written for all, so that what several images share is compressed
// once. One stream, because not every flashing tool reads a second. Format: https://tukaani.org/xz/xz-file-format.txt
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const HEADER_BYTES = 12;
const MAGIC = Buffer.from('fd377a585a00', 'hex');
const FOOTER_MAGIC = Buffer.from('YZ');

/** A number as the format writes it: seven bits a byte, lowest first, the top bit set on all but the last. */
function encodeNumber(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** The checksum of these bytes, four bytes, little-endian. */
function sum(bytes) {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(crc32(bytes));
  return out;
}

/** A file of one stream: its flags (2 bytes), its blocks, and for each block [unpadded bytes, unpacked bytes]. */
function readStream(name) {
  const file = readFileSync(name);
  const footer = file.subarray(-HEADER_BYTES);
  const flags = file.subarray(6, 8);
  const bad = (what) => new Error(`${name}: ${what}`);
  if (!file.subarray(0, 6).equals(MAGIC) || !footer.subarray(10).equals(FOOTER_MAGIC)) throw bad('not one .xz stream');
  if (!footer.subarray(8, 10).equals(flags)) throw bad('header and footer differ');
  const indexBytes = (footer.readUInt32LE(4) + 1) * 4;
  const index = file.subarray(-HEADER_BYTES - indexBytes, -HEADER_BYTES);
  if (index.readUInt32LE(indexBytes - 4) !== crc32(index.subarray(0, -4)) || index[0] !== 0) throw bad('damaged index');
  let at = 1;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = index[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const records = Array.from({ length: number() }, () => [number(), number()]);
  const blocks = file.subarray(HEADER_BYTES, -HEADER_BYTES - indexBytes);
  // Blocks are padded to four bytes; an index that speaks of other blocks would show here (or of a second stream).
  const expected = records.reduce((all, [unpadded]) => all + Math.ceil(unpadded / 4) * 4, 0);
  if (expected !== blocks.length) throw bad('more than one stream');
  return { flags, blocks, records };
}

const [out, ...parts] = process.argv.slice(2);
const streams = parts.map(readStream);
const flags = streams[0].flags;
if (streams.some((stream) => !stream.flags.equals(flags))) throw new Error('the parts have different checks');
const records = streams.flatMap((stream) => stream.records);
const plain = Buffer.concat([Buffer.from([0]), encodeNumber(records.length), ...records.flat().map(encodeNumber)]);
const padded = Buffer.concat([plain, Buffer.alloc((4 - (plain.length % 4)) % 4)]);
const back = Buffer.alloc(4);
back.writeUInt32LE((padded.length + 4) / 4 - 1);
const tail = Buffer.concat([back, flags]);
const file = openSync(out, 'w');
for (const piece of [
  Buffer.concat([MAGIC, flags, sum(flags)]),
  ...streams.map((stream) => stream.blocks),
  Buffer.concat([padded, sum(padded)]),
  Buffer.concat([sum(tail), tail, FOOTER_MAGIC]),
]) {
  for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
}
closeSync(file);
