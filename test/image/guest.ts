import { type Answer, ask } from '../support/ask.ts';
import { freePort } from '../support/free-port.ts';
import { Machine, type MachineKind } from './machine.ts';
import { apiKeyIn, type PreparedCard } from './prepared-card.ts';
import { runProgram, tryProgram } from './run-program.ts';

/** From power-on; two emulated cores beside other work are several times slower than the board. */
const BOOT_TIMEOUT_MS = 900_000;
const SSH_OPTIONS =
  'StrictHostKeyChecking=no UserKnownHostsFile=/dev/null LogLevel=ERROR BatchMode=yes ConnectTimeout=60 KexAlgorithms=curve25519-sha256';

export interface GuestOptions {
  /** `virt` unless told otherwise: 2 cores, 1 GB. `bpim2u` has the board's own card, network and watchdog. */
  readonly kind?: MachineKind;
  /** The card as QEMU takes it, where that is not the file itself (`nbd+unix:///?socket=…`). */
  readonly disk?: string;
  /** Further arguments of QEMU, such as those of a `UsbModem`. */
  readonly devices?: readonly string[];
  /** Its IPv4 address in 10.0.2.0/24 where that is not the one which DHCP gives. */
  readonly address?: string;
  /** Lets the guest reach this machine at 10.0.2.2 and the networks behind it; otherwise it is alone. */
  readonly open?: boolean;
}

/** The appliance in QEMU: its ports 80, 22 and 443, its power. */
export class Guest {
  readonly machine: Machine;
  readonly card: PreparedCard;
  /** Ports of this machine that lead to the guest's. */
  readonly httpPort: number;
  readonly sshPort: number;
  readonly httpsPort: number;
  readonly #onAtMs: number = performance.now();

  private constructor(card: PreparedCard, ports: readonly number[], options: GuestOptions) {
    const { kind = 'virt', disk = card.file, devices = [], address = '', open = false } = options;
    const [http = 0, ssh = 0, https = 0] = ports;
    const forward = [
      `${http}-${address}:80`,
      `${ssh}-${address}:22`,
      `${https}-${address}:443`,
    ].map((rule) => `hostfwd=tcp:127.0.0.1:${rule}`);
    const net = ['user', 'id=n0', `restrict=${open ? 'off' : 'on'}`, ...forward].join(',');
    const own: Readonly<Record<MachineKind, readonly string[]>> = {
      virt: ['-device', 'virtio-net-device,netdev=n0', '-device', 'virtio-rng-device'],
      bpim2u: ['-net', 'nic,netdev=n0'],
    };
    this.card = card;
    this.httpPort = http;
    this.sshPort = ssh;
    this.httpsPort = https;
    this.machine = new Machine(kind, disk, ['-netdev', net, ...own[kind], ...devices]);
  }

  /** Powers it on and returns at once. */
  static async powerOn(card: PreparedCard, options: GuestOptions = {}): Promise<Guest> {
    return new Guest(card, [await freePort(), await freePort(), await freePort()], options);
  }

  /** Powers it on and waits until it accepts messages; on failure the power is cut. */
  static async start(card: PreparedCard, options: GuestOptions = {}): Promise<Guest> {
    const guest = await Guest.powerOn(card, options);
    try {
      await guest.answers('/health/ready');
      return guest;
    } catch (error) {
      await guest.cutPower();
      throw error;
    }
  }

  /** Seconds since power-on. */
  get seconds(): number {
    return Math.round((performance.now() - this.#onAtMs) / 1_000);
  }

  /** One GET of port 80, as by somebody who has no key. */
  page(path: string): Promise<Answer> {
    return ask(this.httpPort, 'GET', path, undefined, { host: 'localhost', accept: 'text/html' });
  }

  /** Waits until a GET of this path gives 200. */
  async answers(path: string, timeoutMs: number = BOOT_TIMEOUT_MS): Promise<void> {
    const is200 = async (): Promise<boolean> =>
      (await this.page(path).catch(() => null))?.status === 200;
    await this.machine.waitFor(`200 of ${path}`, is200, timeoutMs);
  }

  /** One request of port 80, with the API key that provisioning made. */
  async fetch(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    this.card.apiKey ??= this.ssh('cat /boot/pisang/RESULT.txt').then(apiKeyIn);
    const own = { host: 'localhost', authorization: `Bearer ${await this.card.apiKey}` };
    return ask(this.httpPort, method, path, body, { ...own, ...headers });
  }

  /** Runs a shell command as root in the guest and returns what it printed; throws unless it exits with 0. */
  async ssh(command: string, timeoutMs: number = 300_000): Promise<string> {
    let printed = '';
    // 255 is ssh's own: the server is not up yet, or not for a moment.
    const isDone = async (): Promise<boolean> => {
      const { code, out, err } = await tryProgram(this.sshCommand(command), timeoutMs);
      printed = out;
      if (code !== 0 && code !== 255)
        throw new Error(`${command} ended with ${code}: ${err}${out}`);
      return code === 0;
    };
    await this.machine.waitFor('SSH', isDone, timeoutMs, 2_000);
    return printed;
  }

  /** The command line that runs a command in the guest, for those who want to run it themselves. */
  sshCommand(command: string): string[] {
    const options = SSH_OPTIONS.split(' ').flatMap((option) => ['-o', option]);
    const to = ['-i', this.card.sshKey, '-p', String(this.sshPort), 'root@127.0.0.1'];
    return ['ssh', ...options, ...to, command];
  }

  /** Asks it to switch itself off, and waits until it has. */
  async powerOff(): Promise<void> {
    await this.ssh('systemctl --no-block poweroff');
    await this.machine.off(180_000);
  }

  async cutPower(): Promise<void> {
    await this.machine.cutPower();
  }

  /** What `dmesg` and the journal of this start say, for a failed test's message. */
  async journal(unit?: string): Promise<string> {
    const of = unit === undefined ? '' : `-u ${unit}`;
    return this.ssh(`journalctl -b --no-pager -o short-monotonic ${of} | tail -n 200`);
  }
}

/** Faults that `fsck` finds on the card's three file systems in use; the machine must have been switched off in order. */
export async function fileSystemFaults({ file }: PreparedCard): Promise<string[]> {
  const table = JSON.parse(await runProgram(['/usr/sbin/sfdisk', '-J', file])).partitiontable;
  const faults: string[] = [];
  for (const [index, check] of [
    [0, 'fsck.vfat -n'],
    [1, 'e2fsck -fn'],
    [3, 'e2fsck -fn'],
  ] as const) {
    const { start, size } = table.partitions[index];
    const part = `${file}.part${index + 1}`;
    const place = [`skip=${start * 512}`, `count=${size * 512}`, 'iflag=skip_bytes,count_bytes'];
    await runProgram([
      'dd',
      `if=${file}`,
      `of=${part}`,
      ...place,
      'bs=1M',
      'conv=sparse',
      'status=none',
    ]);
    const { code, out, err } = await tryProgram([...`/usr/sbin/${check}`.split(' '), part]);
    await runProgram(['rm', part]);
    if (code !== 0) faults.push(`partition ${index + 1}, ${check}: ${out}${err}`);
  }
  return faults;
}
