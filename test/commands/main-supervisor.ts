/** Supervises two children and prints their process ids; the test kills it. */
import { fileURLToPath } from 'node:url';
import { type ChildPlan, Supervisor } from '../../app/commands/supervisor.ts';

const program = fileURLToPath(new URL('./main-child.js', import.meta.url));
const plan = (name: string): ChildPlan => ({
  name,
  start: () => ({ argv: [program, 'ready'], environment: process.env }),
  output: (stream) => stream.resume(),
});
const quiet = (): void => undefined;
const supervisor = new Supervisor({
  stages: [[plan('one'), plan('two')]],
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  stopGraceMs: 1_000,
});
await supervisor.start();
console.log(JSON.stringify([...supervisor.facts.values()].map((facts) => facts['pid'])));
