#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { isProcessName, V8_FLAGS } from './commands/node-flags.ts';

// Before anything else is loaded, so that the heap never grows past them.
for (const flag of process.argv
  .slice(2)
  .filter(isProcessName)
  .flatMap((name) => V8_FLAGS[name])) {
  setFlagsFromString(flag);
}

// A reader that went away (`pisang config show | head -1`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const { runCommandLine } = await import('./commands/command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
