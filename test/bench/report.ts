import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';

/** Where every report goes. */
export const OUT_DIR: string = resolve('build/bench');

export interface Table {
  readonly caption: string;
  /** Headings with their units. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Report {
  /** File name without its end. */
  readonly section: string;
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly how: string;
  readonly syncs: string;
  readonly tables: readonly Table[];
}

const begun = { at: new Date().toISOString(), load: loadavg()[0] ?? 0 };

/** Writes `build/bench/SECTION.md` and `.json`; prints the former. */
export function writeReport(report: Report): void {
  const machine = {
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryMb: Math.round(totalmem() / 1e6),
    kernel: release(),
    node: process.version,
    loadBefore: begun.load,
    loadAfter: loadavg()[0] ?? 0,
  };
  const date = new Date().toISOString();
  const text = [
    `# ${report.title}`,
    `${date} (begun ${begun.at}) · ${machine.cpu} · ${machine.memoryMb} MB · Linux ${machine.kernel} · Node ${machine.node} · load ${machine.loadBefore.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`,
    report.how,
    report.syncs,
    ...report.tables.map(asMarkdown),
  ].join('\n\n');
  mkdirSync(OUT_DIR, { recursive: true });
  writeFileSync(join(OUT_DIR, `${report.section}.md`), `${text}\n`);
  const json = { ...report, date, begun: begun.at, machine };
  writeFileSync(join(OUT_DIR, `${report.section}.json`), `${JSON.stringify(json, null, 1)}\n`);
  console.log(`\n${text}\n\nreport: build/bench/${report.section}.md`);
}

/** `syncs` of a report. */
export function syncLine(p50Ms: number | null): string {
  return `fsync p50 ${p50Ms?.toFixed(2) ?? '–'} ms, synchronous=FULL (2), state on a real file system.`;
}

/** A ratio or figure with its target, as the tables show it. */
export function judged(value: number, target: number, kind: 'at least' | 'at most'): string {
  const met = kind === 'at least' ? value >= target : value <= target;
  return `${kind} ${target}: ${met ? 'met' : 'MISSED'}`;
}

function asMarkdown({ caption, columns, rows }: Table): string {
  const line = (cells: readonly (string | number | null)[]): string =>
    `| ${cells.map((cell) => cell ?? '–').join(' | ')} |`;
  return [caption, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Rounded to what can be told apart. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
