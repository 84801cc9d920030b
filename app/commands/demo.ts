import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { GatewayConfig } from '../domain/config.ts';
import { type CommandContext, optionOf, usageError } from './command.ts';
import { journalFile } from './run-plan.ts';

/** What `run --demo` (that is, `make run`) settles before the ordinary `run` begins. */
export interface Demo {
  readonly configFile: string;
  readonly keyFile: string;
  readonly logDir: string;
}

const SEND_MS = 1_000;
/** Room for the longest socket name in 107 octets (unix(7)). */
const RUN_DIR_LIMIT = 90;

/** Writes the demo's configuration into its data folder; other settings come from the environment. */
export function prepareDemo(context: CommandContext): Demo {
  const dataDir = resolve(optionOf(context, 'data-dir') ?? './var/demo');
  const port = optionOf(context, 'port') ?? '8080';
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw usageError(`PORT must be a whole number from 1 to 65535, not "${port}"`);
  }
  const logDir = join(dataDir, 'log');
  // Numbers and texts lie in here: for the owner and the group, as `dataDir` elsewhere.
  mkdirSync(dataDir, { recursive: true, mode: 0o750 });
  mkdirSync(logDir, { recursive: true });
  const configFile = join(dataDir, 'demo.json');
  const settings = {
    dataDir,
    runDir: shortRunDir(dataDir),
    http: { listen: [`127.0.0.1:${port}`] },
    legacy: { requireKey: false },
    modems: [{ id: 'modem1', port: 'sim:' }],
    simulator: { sendMs: SEND_MS },
    webhooks: { allowTo: ['127.0.0.0/8', '::1'] },
  };
  writeFileSync(configFile, `${JSON.stringify(settings, null, 2)}\n`);
  return { configFile, keyFile: join(dataDir, 'demo-key'), logDir };
}

function shortRunDir(dataDir: string): string {
  const wanted = join(dataDir, 'run');
  if (Buffer.byteLength(wanted) <= RUN_DIR_LIMIT) {
    return wanted;
  }
  const mark = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  return join(tmpdir(), `pisang-demo-${mark}`);
}

/** The key of an earlier start, or null. */
export function savedKey(demo: Demo): string | null {
  return existsSync(demo.keyFile) ? readFileSync(demo.keyFile, 'utf8').trim() : null;
}

export function saveKey(demo: Demo, key: string): void {
  writeFileSync(demo.keyFile, `${key}\n`, { mode: 0o600 });
}

/** What a newcomer sees once everything is ready. */
export function demoBanner(
  demo: Demo,
  config: GatewayConfig,
  key: string,
  url: string,
  version: string,
): string[] {
  const here = (path: string): string => {
    const short = relative('.', path);
    return short.startsWith('..') ? path : `./${short}`;
  };
  const first = config.modems[0];
  const journal = first === undefined ? config.dataDir : journalFile(config, first);
  return [
    `pisang ${version} is ready, with a simulated modem: no real SMS leaves this machine.`,
    '',
    `  URL          ${url}`,
    `  status page  ${url}/status`,
    `  API guide    ${url}/docs   (OpenAPI: ${url}/openapi.json)`,
    `  API key      ${key}`,
    '',
    'Send an SMS; paste this into another terminal:',
    '',
    `  curl -sS ${url}/v1/messages -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{"to":"+6289610707901","text":"Hello from pisang"}'`,
    '',
    'See what became of it:',
    '',
    `  curl -sS '${url}/v1/messages?limit=1' -H 'Authorization: Bearer ${key}'`,
    '',
    'The call of the former service works as well, without a key from this machine:',
    '',
    `  curl -sS '${url}/s.py?rcpt=089610707901&msg=pesan'`,
    '',
    `What the simulated network received: ${here(journal)}`,
    `Logs: ${here(demo.logDir)}   Settings: ${here(demo.configFile)}`,
    'Ctrl-C stops it.',
  ];
}
