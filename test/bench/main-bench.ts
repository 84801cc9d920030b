import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { benchAccept } from './accept.ts';
import { benchDrain } from './drain.ts';
import { benchFootprint } from './footprint.ts';
import { OUT_DIR } from './report.ts';
import { benchScale } from './scale.ts';

/** `BENCH=drain,scale` runs these sections only; default all. Each writes its own report. */
const SECTIONS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  accept: benchAccept,
  drain: benchDrain,
  scale: benchScale,
  footprint: benchFootprint,
};

const wanted = process.env['BENCH']?.split(',') ?? Object.keys(SECTIONS);
const unknown = wanted.filter((name) => SECTIONS[name] === undefined);
if (unknown.length > 0) {
  console.error(`BENCH names ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(64);
}
mkdirSync(OUT_DIR, { recursive: true });
const folder = mkdtempSync(join(OUT_DIR, 'state-'));
try {
  for (const name of wanted) {
    console.log(`== ${name}`);
    await SECTIONS[name]?.(folder);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
