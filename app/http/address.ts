import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2) is the IPv4 address it carries; a zone (`%eth0`) is cut. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) {
    return '';
  }
  const cut = address.indexOf('%');
  const bare = cut === -1 ? address : address.slice(0, cut);
  return bare.startsWith('::ffff:') && isIPv4(bare.slice(7)) ? bare.slice(7) : bare;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/**
 * Whether an address lies in one of the CIDRs (a bare address is itself). What can't be read as a
 * CIDR matches nothing, so that a typing error never opens a door.
 */
export function addressList(cidrs: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    addCidr(list, cidr);
  }
  const seen = new Map<string, boolean>();
  return (written) => {
    const known = seen.get(written);
    if (known !== undefined) {
      return known;
    }
    const address = plainAddress(written);
    const family = isIP(address);
    const inside = family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    if (seen.size >= 1024) {
      seen.clear();
    }
    seen.set(written, inside);
    return inside;
  };
}

function addCidr(list: BlockList, cidr: string): void {
  const [address = '', prefixText] = cidr.split('/');
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (bits === 0 || prefixText === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > bits) {
    return;
  }
  if (prefix === bits) {
    list.addAddress(address, bits === 128 ? 'ipv6' : 'ipv4');
  } else {
    list.addSubnet(address, prefix, bits === 128 ? 'ipv6' : 'ipv4');
  }
}
