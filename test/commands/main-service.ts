/** One service under `runService`: says what happens to it; `stuck` never finishes stopping. */
import { runService } from '../../app/commands/service.ts';

const mode = process.argv[2] ?? 'good';
const quiet = (): void => undefined;
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const keepAlive = setInterval(quiet, 60_000);
process.exitCode = await runService(process.env, {
  graceMs: 60_000,
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  start: async () => {
    say('started');
    return {
      reload: () => say('reloaded'),
      stop: async (graceMs) => {
        say(`stop ${graceMs}`);
        if (mode === 'stuck') {
          await new Promise(() => undefined);
        }
        clearInterval(keepAlive);
      },
      ...(mode === 'ends' ? { done: Promise.resolve() } : {}),
    };
  },
});
