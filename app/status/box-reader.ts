import { readdirSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces, uptime } from 'node:os';
import { fileURLToPath } from 'node:url';
import { slotIn } from '../domain/slot.ts';
import { parseUpdateNote, UPDATE_NOTE_FILE, type UpdateNote } from '../domain/update-note.ts';
import { freeBytesOf } from '../outbox/free-space.ts';
import { type CardReading, readCard } from './card-reader.ts';

/** What the image build says of the system, beside `dist/`: seen from `dist/status/`, and from the few files it ships. */
const RELEASES: readonly string[] = ['../../release.json', '../release.json'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** What the machine tells about itself; null where a board has no such sensor. */
export interface BoxReading {
  readonly board: string | null;
  /** `A` or `B`, which the boot loader started; null off the appliance. */
  readonly slot: string | null;
  /** Of the system in that slot: the first digits of its commit, and `development-signed` where that is so. */
  readonly imageId: string | null;
  readonly serial: string | null;
  readonly hostname: string;
  readonly uptimeSeconds: number;
  readonly temperatureC: number | null;
  readonly inputVolts: number | null;
  readonly inputAmps: number | null;
  readonly memoryAvailableBytes: number | null;
  readonly diskFreeBytes: number | null;
  readonly card: CardReading;
  readonly addresses: readonly string[];
  readonly mac: string | null;
  readonly linkMbps: number | null;
  readonly fdUsed: number | null;
  readonly fdLimit: number | null;
  readonly listenOverflows: number | null;
  /** What boxd noted of the newest update. */
  readonly updateNote: UpdateNote | null;
}

/** Reads small kernel files; a missing or unreadable one is null, never an error. */
export function readBox(dataDir: string): BoxReading {
  const [first] = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => !address.internal && address.family === 'IPv4')
      .map((address) => ({ name, mac: address.mac })),
  );
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((address) => !address.internal && !address.address.startsWith('fe80:'))
    .map((address) => address.address);
  return {
    board: slug(text('/proc/device-tree/model')),
    slot: slotIn(text('/proc/cmdline') ?? ''),
    imageId: imageIdIn(RELEASES.map(text).find((found) => found !== null) ?? ''),
    serial: text('/proc/device-tree/serial-number'),
    hostname: hostname(),
    uptimeSeconds: Math.floor(uptime()),
    temperatureC: scaled('/sys/class/thermal/thermal_zone0/temp', 1000),
    inputVolts: scaled('/sys/class/power_supply/axp20x-ac/voltage_now', 1_000_000),
    inputAmps: scaled('/sys/class/power_supply/axp20x-ac/current_now', 1_000_000),
    memoryAvailableBytes: memoryAvailable(),
    diskFreeBytes: freeBytesOf(dataDir),
    card: readCard(dataDir),
    addresses,
    mac: first?.mac ?? null,
    linkMbps: first === undefined ? null : positive(`/sys/class/net/${first.name}/speed`),
    fdUsed: attempt(() => readdirSync('/proc/self/fd').length - 1),
    fdLimit: fdLimit(),
    listenOverflows: listenOverflows(),
    updateNote: parseUpdateNote(text(UPDATE_NOTE_FILE) ?? ''),
  };
}

/** @param release the text of `release.json` */
export function imageIdIn(release: string): string | null {
  return attempt(() => {
    const { commit, updates } = JSON.parse(release) as { commit?: unknown; updates?: unknown };
    const words = [typeof commit === 'string' ? commit.slice(0, 12) : 'unknown'];
    return [...words, ...(updates === 'development-signed' ? [updates] : [])].join(' ');
  });
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function text(path: string): string | null {
  const found = attempt(() => readFileSync(path, 'utf8').replaceAll('\0', '').trim());
  return found === '' ? null : found;
}

function slug(name: string | null): string | null {
  return name === null
    ? null
    : name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '');
}

function scaled(path: string, divisor: number): number | null {
  const raw = text(path);
  const value = raw === null ? Number.NaN : Number(raw) / divisor;
  return Number.isFinite(value) ? value : null;
}

/** The kernel says -1 for the speed of a link without a cable. */
function positive(path: string): number | null {
  const value = scaled(path, 1);
  return value !== null && value > 0 ? value : null;
}

function memoryAvailable(): number | null {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(text('/proc/meminfo') ?? '');
  return match === null ? null : Number(match[1]) * 1024;
}

function fdLimit(): number | null {
  const match = /^Max open files\s+(\d+)/m.exec(text('/proc/self/limits') ?? '');
  return match === null ? null : Number(match[1]);
}

/** `TcpExt` of /proc/net/netstat: one line of names, one of values. */
function listenOverflows(): number | null {
  const [names = '', values = ''] = (text('/proc/net/netstat') ?? '')
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'));
  const index = names.split(' ').indexOf('ListenOverflows');
  const value = index < 0 ? Number.NaN : Number(values.split(' ')[index]);
  return Number.isFinite(value) ? value : null;
}
