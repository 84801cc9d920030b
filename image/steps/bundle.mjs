// bundle.mjs DIST OUT: the compiled app and its packages in a few dozen files instead of some 500. A start reads
// most of them, and on a card each is a seek; Node's own looking for modules is slow on the board as well. Names and
// layout of the code stay readable.
import { cpSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const [dist, out] = process.argv.slice(2);

await build({
  // Threads lie beside the chunks that start them.
  entryPoints: [
    { in: `${dist}/cli.js`, out: 'cli' },
    { in: `${dist}/rescue/main.js`, out: 'rescue/main' },
    { in: `${dist}/outbox/writer-thread.js`, out: 'writer-thread' },
    { in: `${dist}/outbox/reader-thread.js`, out: 'reader-thread' },
  ],
  outdir: out,
  // Comments and names of pieces must not depend on where this is built.
  absWorkingDir: dirname(dist),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'eof',
  // They look for their machine code beside themselves.
  external: ['better-sqlite3', '@serialport/bindings-cpp'],
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
});
cpSync(`${dist}/outbox/migrations`, `${out}/migrations`, { recursive: true });
