import { readFileSync } from 'node:fs';

export interface ProcessFigures {
  /** CPU seconds of user and system together, all threads. */
  readonly cpuSeconds: number;
  /** Octets that the kernel was told to write to the disk. */
  readonly writtenBytes: number;
}

const TICKS_PER_SECOND = 100;

/** Sums over processes from `/proc` (proc(5): stat fields 14 and 15, io `write_bytes`). */
export function processFigures(pids: readonly number[]): ProcessFigures {
  let cpuSeconds = 0;
  let writtenBytes = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpuSeconds += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    const io = readFileSync(`/proc/${pid}/io`, 'utf8');
    writtenBytes += Number(/^write_bytes: (\d+)/m.exec(io)?.[1] ?? 0);
  }
  return { cpuSeconds, writtenBytes };
}

/** Proportional set size of the processes together, in megabytes (10^6). */
export function pssMegabytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return sum + (Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024) / 1e6;
  }, 0);
}
