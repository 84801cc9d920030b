import { SystemClock } from '../../app/local/system-clock.ts';
import { openApiOutbox } from '../../app/outbox/index.ts';
import { newId, newMessage, QUIET } from './fixtures.ts';

/**
 * An API process for tests of crashes, faults and contention: FILE COUNT [IN-FLIGHT]. Enqueues COUNT
 * messages and writes one line for each answer: the id, or the code of the refusal. Then waits for
 * the end of its input and closes the outbox.
 */
const [file = '', count = '1', inFlight = '1'] = process.argv.slice(2);
const outbox = await openApiOutbox({
  file,
  clock: new SystemClock(),
  logger: QUIET,
  maxDepth: 1_000_000,
  diskReserveBytes: 0,
  onFailure: (failure) => process.stdout.write(`failure ${failure}\n`),
});
process.stdout.write(`open unclean=${outbox.uncleanStop}\n`);
let left = Number(count);
const text = 'x'.repeat(Number(process.env['TEXT_LENGTH'] ?? 20));

async function client(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const message = newMessage({ id: newId(Date.now()), text, createdAtMs: Date.now() });
    try {
      const result = await outbox.enqueue({ messages: [message], idempotency: null });
      process.stdout.write(`${'ids' in result ? result.ids.join() : result.kind}\n`);
    } catch (error) {
      process.stdout.write(
        `${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`,
      );
    }
  }
}
await Promise.all(Array.from({ length: Number(inFlight) }, client));
process.stdout.write(`done ${JSON.stringify(outbox.health())}\n`);
for await (const _ of process.stdin) {
  // Only its end is waited for.
}
await outbox.close();
