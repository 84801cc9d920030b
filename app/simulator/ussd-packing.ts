const CR = 0x0d;

/**
 * Seven-bit packing of a USSD string (23.038 §6.1.2.3) as hex, for ASCII texts: where seven bits
 * would stay spare a CR fills them, so that they are not read as `@`.
 */
export function packUssd(text: string): string {
  const septets = [...Buffer.from(text, 'latin1')];
  if (septets.length % 8 === 7) {
    septets.push(CR);
  }
  const octets = Buffer.alloc(Math.ceil((septets.length * 7) / 8));
  septets.forEach((septet, i) => {
    const bit = i * 7;
    const at = bit >> 3;
    const shifted = (septet & 0x7f) << (bit & 7);
    octets[at] = (octets[at] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) {
      octets[at + 1] = shifted >> 8;
    }
  });
  return octets.toString('hex').toUpperCase();
}

/** The reverse; what is not hex is taken as it stands. */
export function unpackUssd(hex: string): string {
  if (!/^([0-9a-f]{2})+$/i.test(hex)) {
    return hex;
  }
  const octets = Buffer.from(hex, 'hex');
  const septets: number[] = [];
  for (let bit = 0; bit + 7 <= octets.length * 8; bit += 7) {
    const at = bit >> 3;
    const pair = (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8);
    septets.push((pair >> (bit & 7)) & 0x7f);
  }
  if (septets.length % 8 === 0 && [0, CR].includes(septets.at(-1) ?? -1)) {
    septets.pop();
  }
  return Buffer.from(septets).toString('latin1');
}
