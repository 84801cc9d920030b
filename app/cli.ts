#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { heapPlan, isProcessName } from './commands/heap-plan.ts';

// Before anything else is loaded, so that the heap never grows past them.
const name = process.argv.slice(2).find(isProcessName);
const flags = name === undefined ? [] : heapPlan(process.env).flags[name];
for (const flag of flags) {
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
