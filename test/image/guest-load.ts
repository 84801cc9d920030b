import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Guest } from './guest.ts';
import { valuesIn } from './guest-facts.ts';
import { REPOSITORY } from './overlay-tree.ts';
import { runProgram, tryProgram } from './run-program.ts';

/** In the guest: in memory, gone with the power. */
const FOLDER = '/tmp/load';
/** One run may stand still as long as the machine of the test does. */
const RUN_TIMEOUT_MS = 1_500_000;

/** ApacheBench begins a line before it connects, and what it then complains of may stand behind it. */
const UNENDED_LINE = /^Benchmarking .* \(be patient\)\.\.\./;

/** One run of ApacheBench inside the guest, against its own port 80. Memory in octets. */
export interface LoadRun {
  readonly requests: number;
  readonly atOnce: number;
  /** ApacheBench's exit code; not 0 when it gave up. */
  readonly exit: number;
  readonly complete: number;
  readonly failed: number;
  readonly non2xx: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Descriptors that ApacheBench was allowed. */
  readonly clientFiles: number;
  /** PSS of all processes of the gateway, before and at most during the run. */
  readonly pssIdle: number;
  readonly pssMost: number;
  /** Open descriptors of the API's process, at most. */
  readonly openMost: number;
  /** Connections that waited to be accepted, at most. */
  readonly queuedMost: number;
  /** Connections that found that queue full. */
  readonly overflows: number;
  /** Kernel memory of all TCP sockets, at most. */
  readonly tcpMost: number;
  /** Memory that was left to the whole guest, at least. */
  readonly freeLeast: number;
  /** The last line of what ApacheBench said; the reason when it gave up. */
  readonly lastWords: string;
}

/** Fetches ApacheBench for the guest and sends it there. */
export async function sendApacheBench(guest: Guest): Promise<void> {
  const local = join(guest.card.folder, 'load');
  mkdirSync(local, { recursive: true });
  await runProgram([join(REPOSITORY, 'test/image/ab-for-guest'), local], 600_000);
  await runProgram(['cp', join(REPOSITORY, 'test/image/ab-in-guest'), local]);
  const ssh = guest.sshCommand(`mkdir -p ${FOLDER} && tar -xf - -C ${FOLDER}`);
  const pipe = `tar -cf - -C "$0" . | "$@"`;
  await runProgram(['sh', '-c', pipe, local, ...ssh], 300_000);
}

/**
 * `requests` calls of `/s.py` from 127.0.0.1, `atOnce` at a time, each over a connection of its own.
 * @param clientFiles descriptors for ApacheBench instead of those that a person who logs in gets
 */
export async function runApacheBench(
  guest: Guest,
  key: string,
  requests: number,
  atOnce: number,
  clientFiles?: number,
): Promise<LoadRun> {
  const url = `http://127.0.0.1/s.py?rcpt=089610707901&msg=pesan&key=${key}`;
  const raised = clientFiles === undefined ? '' : `ulimit -Sn ${clientFiles}; `;
  const command = `${raised}${FOLDER}/ab-in-guest ${FOLDER} ${requests} ${atOnce} '${url}'`;
  const { code, out, err } = await tryProgram(guest.sshCommand(command), RUN_TIMEOUT_MS);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${err}${out}`);
  return read(out, requests, atOnce);
}

/**
 * Takes the limits of the overlays back in the running guest and starts the API anew: the kernel's own values (those that
 * a network namespace begins with are read in a new one), systemd's descriptors, no bound on memory. Returns the
 * values then in force.
 */
export async function withoutLimits(guest: Guest): Promise<Record<string, string>> {
  const namespaced =
    'core/somaxconn ipv4/tcp_max_syn_backlog ipv4/ip_local_port_range ipv4/tcp_tw_reuse ipv4/tcp_fin_timeout ipv4/tcp_max_tw_buckets';
  // net/ipv4/tcp.c, tcp_init_mem(): a sixteenth of the pages below high memory, three quarters of it, and twice those.
  const tcpMem = `awk '/^Node/ { low = $4 != "HighMem" } low && $1 == "managed" { n += $2 } low && $1 == "high" { n -= $2 }
    END { limit = int(n / 16); easy = int(limit / 4) * 3; print easy, limit, 2 * easy }' /proc/zoneinfo`;
  const dropIn = '/run/systemd/system/pisang-api.service.d/zz-no-limits.conf';
  const unit = '[Service]\\nLimitNOFILE=1024:524288\\nMemoryMax=infinity\\nTasksMax=infinity\\n';
  await guest.ssh(`set -e
    for name in ${namespaced}; do unshare -n cat /proc/sys/net/$name >/tmp/value; cat /tmp/value >/proc/sys/net/$name; done
    echo 1000 >/proc/sys/net/core/netdev_max_backlog
    ${tcpMem} >/tmp/value; cat /tmp/value >/proc/sys/net/ipv4/tcp_mem
    mkdir -p ${dropIn.slice(0, dropIn.lastIndexOf('/'))}; printf '${unit}' >${dropIn}
    systemctl daemon-reload; systemctl restart pisang-api`);
  await guest.answers('/health/ready');
  return valuesIn(guest, {
    somaxconn: 'cat /proc/sys/net/core/somaxconn',
    synBacklog: 'cat /proc/sys/net/ipv4/tcp_max_syn_backlog',
    ports: 'cat /proc/sys/net/ipv4/ip_local_port_range',
    timeWait: 'cat /proc/sys/net/ipv4/tcp_max_tw_buckets',
    tcpMemPages: 'cat /proc/sys/net/ipv4/tcp_mem',
    backlog: "ss -Hltn 'sport = :80' | awk '{ print $3 }' | sort -u",
    apiFiles:
      "awk '/^Max open files/ { print $4, $5 }' /proc/$(systemctl show -P MainPID pisang-api)/limits",
  });
}

function read(text: string, requests: number, atOnce: number): LoadRun {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const octets = (name: string): number => number(new RegExp(`^${name}=(\\d+)$`, 'm')) * 1_024;
  const words = /^exit=\d+\n([\s\S]*?)\n*^before=/m.exec(text)?.[1]?.split('\n') ?? [];
  return {
    requests,
    atOnce,
    exit: number(/^exit=(\d+)$/m),
    complete: number(/^Complete requests: +(\d+)$/m),
    failed: number(/^Failed requests: +(\d+)$/m),
    non2xx: number(/^Non-2xx responses: +(\d+)$/m),
    seconds: number(/^Time taken for tests: +([\d.]+) /m),
    perSecond: number(/^Requests per second: +([\d.]+) /m),
    p99Ms: number(/^ +99% +(\d+)$/m),
    clientFiles: number(/^clientFiles=(\d+)$/m),
    pssIdle: octets('pssIdle'),
    pssMost: octets('pssMost'),
    openMost: number(/^openMost=(\d+)$/m),
    queuedMost: number(/^queuedMost=(\d+)$/m),
    overflows: number(/^after=(\d+) /m) - number(/^before=(\d+) /m),
    tcpMost: octets('tcpMost'),
    freeLeast: octets('freeLeast'),
    lastWords: (words.at(-1) ?? '').replace(UNENDED_LINE, ''),
  };
}

/** The runs as a Markdown table, a line each. */
export function loadTable(runs: readonly LoadRun[]): readonly string[] {
  const megabytes = (value: number): string => (value / 1e6).toFixed(1);
  return [
    '| at once | requests | complete | failed | non-2xx | s | requests/s | p99 ms | PSS before, MB | PSS at most, MB | TCP buffers, MB | left, MB | waited to be accepted | queue full | descriptors API / client | ended |',
    `|${'---|'.repeat(16)}`,
    ...runs.map((run) =>
      [
        '',
        run.atOnce,
        run.requests,
        run.complete,
        run.failed,
        run.non2xx,
        run.seconds.toFixed(1),
        run.perSecond.toFixed(1),
        run.p99Ms,
        megabytes(run.pssIdle),
        megabytes(run.pssMost),
        megabytes(run.tcpMost),
        megabytes(run.freeLeast),
        run.queuedMost,
        run.overflows,
        `${run.openMost} / ${run.clientFiles}`,
        run.exit === 0 ? 'well' : run.lastWords,
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ];
}
