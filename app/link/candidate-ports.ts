import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PORT_PREFERENCES, type PortPreference } from './port-preferences.ts';

/** One tty that may be a modem's AT port. */
export interface CandidatePort {
  /** For `openLink`; by its socket (`by-path`) where known, since that survives re-enumeration. */
  readonly port: string;
  /** Its present name, such as `/dev/ttyUSB2`. */
  readonly device: string;
  /** `bInterfaceNumber`; null when unknown. */
  readonly interfaceNumber: number | null;
  /** `last`: known as a diagnosis or NMEA port; try only when no other one answered. */
  readonly rank: 'preferred' | 'possible' | 'last';
}

/** The ttys of one USB device, in the order in which to try them. */
export interface PortGroup {
  /** The socket it is plugged into, or what else tells it from the others. */
  readonly id: string;
  readonly ports: readonly CandidatePort[];
}

interface Found {
  readonly device: string;
  readonly byId: string | null;
  readonly byPath: string | null;
  readonly groupId: string;
  readonly interfaceNumber: number | null;
  readonly vendorId: string | null;
}

/**
 * Every `ttyUSB*` and `ttyACM*`, grouped by USB device. Sticks without a serial number share one
 * name in `by-id`, so that is never used to tell two devices apart. `root` is `/` but in tests.
 */
export async function candidatePorts(root = '/'): Promise<readonly PortGroup[]> {
  const names = (await list(join(root, 'dev'))).filter((name) => /^tty(USB|ACM)\d+$/.test(name));
  const byId = await links(root, 'by-id');
  const byPath = await links(root, 'by-path');
  const found = await Promise.all(
    names.map((name) => inspect(root, name, byId.get(name) ?? null, byPath.get(name) ?? null)),
  );
  const groups = new Map<string, Found[]>();
  for (const one of found.sort((a, b) => naturally(a.device, b.device))) {
    const group = groups.get(one.groupId);
    if (group === undefined) {
      groups.set(one.groupId, [one]);
    } else {
      group.push(one);
    }
  }
  return [...groups].map(([id, members]) => ({ id, ports: inOrder(members) }));
}

async function inspect(
  root: string,
  name: string,
  byId: string | null,
  byPath: string | null,
): Promise<Found> {
  // …/1-1.2/1-1.2:1.0/ttyUSB0 for USB serial, …/1-1.2/1-1.2:1.0 for CDC ACM.
  const sysfs = await realpath(join(root, 'sys/class/tty', name, 'device')).catch(() => null);
  const folder = sysfs === null || basename(sysfs).includes(':') ? sysfs : dirname(sysfs);
  const usb = folder === null ? null : /^(.+):\d+\.(\d+)$/.exec(basename(folder));
  const path = byPath === null ? null : /^(.+):\d+\.(\d+)(?:-port\d+)?$/.exec(byPath);
  const id = byId === null ? null : /^(.+)-if([0-9a-f]{2})(?:-port\d+)?$/.exec(byId);
  const vendorId =
    folder === null || usb === null
      ? null
      : await readFile(join(dirname(folder), 'idVendor'), 'utf8').catch(() => null);
  const interfaceNumber = usb?.[2] ?? path?.[2] ?? null;
  return {
    device: `/dev/${name}`,
    byId,
    byPath,
    groupId: usb?.[1] ?? path?.[1] ?? id?.[1] ?? name,
    interfaceNumber:
      interfaceNumber !== null
        ? Number(interfaceNumber)
        : id === null
          ? null
          : Number.parseInt(id[2] ?? '', 16),
    vendorId: vendorId?.trim() ?? null,
  };
}

function inOrder(members: readonly Found[]): readonly CandidatePort[] {
  const preference = PORT_PREFERENCES.find((known) =>
    members.some((one) => one.vendorId === known.vendorId || known.name.test(one.byId ?? '')),
  );
  return members
    .map((one) => ({ one, order: orderOf(one, preference) }))
    .sort((a, b) => a.order - b.order || naturally(a.one.device, b.one.device))
    .map(({ one, order }) => ({
      port: `serial:${portPath(one)}`,
      device: one.device,
      interfaceNumber: one.interfaceNumber,
      rank: order < 0 ? 'preferred' : order >= LAST ? 'last' : 'possible',
    }));
}

const LAST = 1_000;

function orderOf(one: Found, preference: PortPreference | undefined): number {
  const number = one.interfaceNumber;
  if (number === null || preference === undefined) {
    return number ?? 0;
  }
  const preferred = preference.atInterfaces.indexOf(number);
  if (preferred !== -1) {
    return preferred - preference.atInterfaces.length;
  }
  const last = preference.lastInterfaces.indexOf(number);
  return last === -1 ? number : LAST + last;
}

function portPath(one: Found): string {
  if (one.byPath !== null) {
    return `/dev/serial/by-path/${one.byPath}`;
  }
  return one.byId === null ? one.device : `/dev/serial/by-id/${one.byId}`;
}

/** Present name → name of the link in `/dev/serial/<kind>`. */
async function links(root: string, kind: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(root, 'dev/serial', kind);
  const targets = new Map<string, string>();
  for (const name of await list(folder)) {
    const target = await realpath(join(folder, name)).catch(() => null);
    if (target !== null && !targets.has(basename(target))) {
      targets.set(basename(target), name);
    }
  }
  return targets;
}

async function list(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort(naturally);
}

/** ttyUSB2 before ttyUSB10. */
function naturally(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
