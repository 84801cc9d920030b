/**
 * Packs septets (one an octet) into octets, least significant bit first (23.038 §6.1.2.1).
 * `fillBits` (0–6) zero bits go before the first septet, so that text after a user data header
 * starts on a septet boundary (23.040 §9.2.3.24).
 */
export function packSeptets(septets: Uint8Array, fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((septets.length * 7 + fillBits) / 8));
  let bit = fillBits;
  for (const septet of septets) {
    const octet = bit >> 3;
    const shifted = (septet & 0x7f) << (bit & 7);
    octets[octet] = (octets[octet] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) octets[octet + 1] = shifted >> 8;
    bit += 7;
  }
  return octets;
}

/**
 * The reverse: at most `count` septets, one an octet; fewer when the octets end before. Without
 * `count` the spare bits at the end could not be told from a septet 0, which is `@`.
 */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): Uint8Array {
  const available = Math.max(0, Math.floor((octets.length * 8 - fillBits) / 7));
  const septets = new Uint8Array(Math.min(count, available));
  for (let index = 0; index < septets.length; index += 1) {
    const bit = fillBits + index * 7;
    const octet = bit >> 3;
    const pair = (octets[octet] ?? 0) | ((octets[octet + 1] ?? 0) << 8);
    septets[index] = (pair >> (bit & 7)) & 0x7f;
  }
  return septets;
}
