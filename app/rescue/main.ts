import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { answer } from './answer.ts';
import { renderPage } from './page.ts';
import { type Language, reasonOf } from './reason.ts';
import { serve } from './serve.ts';
import { askSystemd, type BoxFacts } from './unit-facts.ts';

const { values } = parseArgs({
  options: {
    http: { type: 'string', default: '80' },
    https: { type: 'string', default: '443' },
    'run-dir': { type: 'string', default: '/run/pisang' },
    'tls-dir': { type: 'string', default: '/var/lib/pisang/app/tls' },
  },
});

/** However many people look, systemd is asked once in this time. */
const FRESH_MS = 2_000;
/** For answers that are under way when the API takes over. */
const LAST_ANSWERS_MS = 1_000;
/** timesyncd leaves it there once a time server has answered. */
const CLOCK_SET = '/run/systemd/timesync/synchronized';

let asked: { readonly atMs: number; readonly facts: Promise<BoxFacts> } | null = null;

async function page(lang: Language): Promise<string> {
  const nowMs = performance.now();
  if (asked === null || nowMs - asked.atMs >= FRESH_MS) {
    asked = { atMs: nowMs, facts: askSystemd() };
  }
  const facts = await asked.facts;
  // Node's high-resolution clock is the kernel's monotonic one, as systemd's figures are.
  const endedS = facts.api.endedMonotonicUs / 1e6;
  const ageSeconds = Math.max(0, Number(process.hrtime.bigint() / 1_000_000_000n) - endedS);
  const since = existsSync(CLOCK_SET) ? new Date(Date.now() - ageSeconds * 1000) : null;
  return renderPage(
    {
      reason: reasonOf(facts),
      hostname: hostname(),
      ageSeconds,
      ran: endedS > 0,
      since,
      modem: facts.modem,
    },
    lang,
  );
}

function leave(why: string): void {
  process.stdout.write(`${why}\n`);
  setTimeout(() => process.exit(0), LAST_ANSWERS_MS);
}

process.on('SIGTERM', () => process.exit(0));
try {
  const { port, tlsPort } = await serve({
    httpPort: Number(values.http),
    httpsPort: Number(values.https),
    runDir: values['run-dir'],
    tlsDir: values['tls-dir'],
    listener: (request, response) => {
      answer(request, response, page).catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        response.destroy();
      });
    },
    onLeave: () => leave('pisang-api takes over'),
  });
  process.stdout.write(`answering for pisang-api: http ${port}, https ${tlsPort ?? 'none'}\n`);
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) {
    throw error;
  }
  process.stdout.write('the port is served already\n');
  process.exit(0);
}
