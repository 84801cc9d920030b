import { isIP, isIPv6 } from 'node:net';
import { ZONES } from '../domain/conditions/format.ts';

/** The string formats that the schema names, as functions of the validator. */
export const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  'absolute-path': (value) => value.startsWith('/') && !value.includes('\0'),
  cidr: isCidr,
  'listen-address': isListenAddress,
  'modem-port': isModemPort,
  'time-zone': isTimeZone,
};

/** An IPv4 or IPv6 address, with or without a prefix length. */
function isCidr(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    rest.length === 0 &&
    (prefix === undefined ||
      (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)))
  );
}

function isListenAddress(value: string): boolean {
  if (value.startsWith('unix:')) {
    const path = value.slice('unix:'.length);
    return path.startsWith('/') && Buffer.byteLength(path) <= 107;
  }
  const match = /^(?:\[([^\]]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(value);
  return match !== null && isPortNumber(match[3]) && (match[1] === undefined || isIPv6(match[1]));
}

function isModemPort(value: string): boolean {
  if (value === 'auto' || value === 'sim:') {
    return true;
  }
  if (value.startsWith('serial:')) {
    return /^serial:\/[^?]+(\?baud=\d{3,7})?$/.test(value);
  }
  const match = /^tcp:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(value);
  return match !== null && isPortNumber(match[1]);
}

function isPortNumber(digits: string | undefined): boolean {
  return digits !== undefined && Number(digits) <= 65_535;
}

function isTimeZone(value: string): boolean {
  // Intl reads all its data when it is first asked: half a second on the board, for each process.
  if (Object.hasOwn(ZONES, value)) {
    return true;
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
