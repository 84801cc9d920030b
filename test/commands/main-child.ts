/** A child for the supervisor's tests: `ready`, `fail`, or `deaf` (ignores SIGTERM). */
const [mode = 'ready', ...rest] = process.argv.slice(2);
process.on('disconnect', () => process.exit(1));
setInterval(() => undefined, 60_000);
if (mode === 'fail') {
  const notice = { type: 'failed', code: 'address-in-use', sentence: 'port 1 is taken' };
  process.send?.(notice, undefined, undefined, () => process.exit(1));
} else {
  process.on('SIGTERM', () => {
    if (mode !== 'deaf') {
      process.stdout.write('stopped\n', () => process.exit(0));
    }
  });
  process.stdout.write(`started ${rest.join(' ')}\n`);
  process.send?.({ type: 'ready', facts: { pid: process.pid, argv: rest } });
}

export {};
