import { readdirSync, readFileSync } from 'node:fs';

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

/** CPU milliseconds of all living threads, from the scheduler's own count (finer than its ticks). */
export function cpuMilliseconds(pids: readonly number[]): number {
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`))
    .reduce((sum, task) => {
      const [nanoseconds] = readFileSync(`${task}/schedstat`, 'utf8').split(' ');
      return sum + Number(nanoseconds) / 1e6;
    }, 0);
}

export interface Memory {
  /** Proportional set size as the machine is now, in MB of 10^6 octets. */
  readonly pssMb: number;
  /** Of that, what belongs to no file. */
  readonly anonymousMb: number;
  /** Pages of files in memory, whoever else uses them too. */
  readonly fileMb: number;
}

export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * 1_024) / 1e6;
  const anonymousMb = megabytes('Pss_Anon');
  return {
    pssMb: megabytes('Pss'),
    anonymousMb,
    fileMb: megabytes('Rss') - megabytes('Anonymous'),
  };
}
