const BLOCK = 512;

/** One file of a tar archive (POSIX.1-1988 ustar), ready to be written: header, content, padding. */
export function tarEntry(name: string, content: Uint8Array, modifiedAtMs: number): Buffer {
  const padding = (BLOCK - (content.length % BLOCK)) % BLOCK;
  return Buffer.concat([
    tarHeader(name, content.length, modifiedAtMs),
    content,
    Buffer.alloc(padding),
  ]);
}

/** What ends an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

function tarHeader(name: string, size: number, modifiedAtMs: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string =>
    `${Math.floor(value).toString(8).padStart(digits, '0')}\0`;
  header.write(name.slice(0, 99), 0, 'utf8');
  header.write(octal(0o640, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(modifiedAtMs / 1000, 11), 136);
  // The checksum is taken with its own field full of spaces.
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
