import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../support/ask.ts';
import { freePort } from '../support/free-port.ts';
import { FAT_START } from './built-image.ts';
import { Machine } from './machine.ts';

/**
 * Compares how long images take from the start of the kernel to HTTP 200, alternating in one run: boxes with nothing new on the
 * card, which is nearly every start. With an owner (a password was on the card) provisioning has nothing to do; without one it makes a
 * new claim code at each start.
 */
const BOOT_TIMEOUT_MS = 900_000;
const STARTS = Number(process.env['STARTS'] ?? 5);
/** Grows the data partition, makes keys, takes the password; says so in RESULT.txt; finds nothing new. */
const STARTS_TO_SETTLE = 3;
const PASSWORD = 'for-the-bench-only';
const BOXES = [{ hasOwner: true }, { hasOwner: false }] as const;

interface Start {
  /** From "Starting kernel" to 200 of `/health/live`, in seconds. */
  readonly seconds: number;
  /** Processor seconds that QEMU took for it: less moved by what else the machine does. */
  readonly cpuSeconds: number;
}

/**
 * Whether `/health/live` has given 200, asked anew each half second without waiting for the last answer: a connection that QEMU's
 * network began before the guest had an address is only tried again after seconds, which are not the box's.
 */
function asker(port: number): { readonly isLive: () => boolean; readonly stop: () => void } {
  let live = false;
  const timer = setInterval(() => {
    ask(port, 'GET', '/health/live', undefined, { host: 'localhost' }, 5_000).then(
      ({ status }) => {
        live ||= status === 200;
      },
      () => undefined,
    );
  }, 500);
  return { isLive: () => live, stop: () => clearInterval(timer) };
}

/** One start of the card, ended by cutting the power. */
async function start(card: string): Promise<Start> {
  const port = await freePort();
  const net = `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:80`;
  const devices = ['-device', 'virtio-net-device,netdev=n0', '-device', 'virtio-rng-device'];
  const machine = new Machine('virt', card, ['-netdev', net, ...devices]);
  try {
    await machine.until(/Starting kernel/, BOOT_TIMEOUT_MS);
    const [since, cpuSince] = [performance.now(), machine.cpuSeconds];
    const asking = asker(port);
    try {
      await machine.waitFor('HTTP 200', asking.isLive, BOOT_TIMEOUT_MS, 50);
    } finally {
      asking.stop();
    }
    const seconds = (performance.now() - since) / 1_000;
    return { seconds, cpuSeconds: machine.cpuSeconds - cpuSince };
  } finally {
    await machine.cutPower();
  }
}

function median(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(1);
}

const images = process.argv.slice(2);
if (images.length === 0) {
  process.stderr.write('usage: main-startup BEFORE.img [AFTER.img]\n');
  process.exit(64);
}
const folder = mkdtempSync(join(tmpdir(), 'pisang-startup-'));
try {
  const cards = images.flatMap((image, index) =>
    BOXES.map(({ hasOwner }) => ({
      image,
      hasOwner,
      what: `${image}, ${hasOwner ? 'with' : 'without'} an owner`,
      file: join(folder, `card${index}-${hasOwner}.img`),
      starts: [] as Start[],
    })),
  );
  for (const { image, file, hasOwner } of cards) {
    execFileSync('cp', ['--sparse=always', image, file]);
    execFileSync('truncate', ['-s', '4G', file]);
    const pisang = `${file}@@${FAT_START * 512}`;
    if (hasOwner)
      execFileSync('mcopy', ['-i', pisang, '-', '::password.txt'], { input: `${PASSWORD}\n` });
    for (let time = 1; time <= STARTS_TO_SETTLE; time += 1) await start(file);
  }
  for (let round = 1; round <= STARTS; round += 1) {
    for (const { what, file, starts } of cards) {
      const one = await start(file);
      starts.push(one);
      console.log(`${what}, start ${round}: ${one.seconds.toFixed(1)} s, ${one.cpuSeconds} s CPU`);
    }
  }
  const lines = [
    '| box | kernel start to HTTP 200, median s | fastest | slowest | CPU of the emulator, median s |',
    '| --- | --- | --- | --- | --- |',
    ...cards.map(({ what, starts }) => {
      const times = starts.map(({ seconds }) => seconds);
      const range = `${Math.min(...times).toFixed(1)} | ${Math.max(...times).toFixed(1)}`;
      const cpu = median(starts.map(({ cpuSeconds }) => cpuSeconds));
      return `| ${what} | ${median(times)} | ${range} | ${cpu} |`;
    }),
  ];
  console.log(lines.join('\n'));
  mkdirSync('build', { recursive: true });
  writeFileSync('build/bench-startup.md', `${lines.join('\n')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
