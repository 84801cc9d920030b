// bundle.mjs DIST OUT: the compiled app and its packages in a few dozen files instead of some 500. A start reads
// most of them, and on a card each is a seek; Node's own looking for modules is slow on the board as well. Names and
// layout of the code stay readable.
import { cpSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const [dist, out] = process.argv.slice(2);

const { metafile } = await build({
  metafile: true,
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
  external: [
    // They look for their machine code beside themselves, or are loaded only when needed (below).
    'better-sqlite3',
    'serialport',
    // Fastify would load these for schemas that are not compiled yet, or for tests; ours are, so they would only be parsed.
    'ajv',
    '@fastify/ajv-compiler',
    '@fastify/fast-json-stringify-compiler',
    'fast-json-stringify',
    'light-my-request',
  ],
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
});
// A package that an `import()` loads would lose its named exports in a bundle.
const lost = Object.values(metafile.inputs)
  .flatMap(({ imports }) => imports)
  .filter(({ kind, path, external }) => kind === 'dynamic-import' && path.includes('node_modules/') && !external);
if (lost.length > 0) {
  throw new Error(`name these packages as external: ${lost.map(({ path }) => path).join(', ')}`);
}
cpSync(`${dist}/outbox/migrations`, `${out}/migrations`, { recursive: true });
