import { X509Certificate } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { FORMATS as CONFIG_FORMATS } from '../config/formats.ts';

const SSH_TYPES =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;
/** RFC 1123 §2.1. */
const HOST =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** The string formats that the settings name. */
export const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  'time-zone': (value) => CONFIG_FORMATS['time-zone']?.(value) === true,
  dhcp: (value) => value === 'dhcp',
  make: (value) => value === 'make',
  ip: (value) => isIP(value) !== 0,
  ipv4: isIPv4,
  'ipv4-range': (value) => ipv4Range(value) !== null,
  // Digits and dots alone are an address with a slip, not a name.
  host: (value) => isIP(value) !== 0 || (HOST.test(value) && !/^[0-9.]+$/.test(value)),
  'ssh-key': isSshKey,
};

/** RFC 4253 §6.6: the blob begins with the length and name of its own type. */
function isSshKey(value: string): boolean {
  const [type = '', blob = '', ...comment] = value.split(' ');
  if (!SSH_TYPES.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(blob) || value.length > 4_096) {
    return false;
  }
  const octets = Buffer.from(blob, 'base64');
  const said = Buffer.from(type);
  return (
    !/\p{Cc}/u.test(comment.join(' ')) &&
    octets.length > said.length + 36 &&
    octets.readUInt32BE(0) === said.length &&
    octets.subarray(4, 4 + said.length).equals(said)
  );
}

interface Range {
  readonly address: number;
  readonly mask: number;
}

/** A usable address of a host in its network; null for all else. */
export function ipv4Range(value: string): Range | null {
  const [written = '', prefix = '', ...rest] = value.split('/');
  if (!isIPv4(written) || !/^\d{1,2}$/.test(prefix) || rest.length > 0) {
    return null;
  }
  const bits = Number(prefix);
  if (bits < 8 || bits > 30) {
    return null;
  }
  const mask = (0xffffffff << (32 - bits)) >>> 0;
  const address = toNumber(written);
  const host = (address & ~mask) >>> 0;
  return host === 0 || host === ~mask >>> 0 ? null : { address, mask };
}

/** Whether the address lies in the network of the range, and is another one. */
export function isNeighbour(range: Range, other: string): boolean {
  const address = toNumber(other);
  return ((address ^ range.address) & range.mask) === 0 && address !== range.address;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** Every certificate in a PEM text; null when one is broken or none is an authority's. */
export function authorities(pem: string): readonly X509Certificate[] | null {
  const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  const blocks = pem.match(block) ?? [];
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    const rest = pem.replaceAll(block, '').trim();
    return certificates.length > 0 && certificates.every(({ ca }) => ca) && rest === ''
      ? certificates
      : null;
  } catch {
    return null;
  }
}
