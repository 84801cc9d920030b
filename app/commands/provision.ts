import { execFile, spawn } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Scope } from '../domain/scopes.ts';
import { REAL_DISK } from '../local/real-disk.ts';
import { SystemClock } from '../local/system-clock.ts';
import { type KeyRow, type ProvisionDeps, provision } from '../provision/index.ts';
import { makeApiKey } from './api-key.ts';
import {
  type Command,
  type CommandContext,
  failure,
  requiredOption,
  usageError,
} from './command.ts';

/** Everything was erased: the caller restarts the machine before it starts anything else. */
const REBOOT_WANTED = 10;
const KEY_COMMAND_MS = 90_000;
/** A certificate may have to be made, on a board that is still starting. */
const APPLY_MS = 90_000;

export const command: Command = {
  usage: 'FOLDER --data-root DIR',
  options: {
    'data-root': {
      value: 'DIR',
      help: 'the data partition; dataDir must lie on it, and a factory reset erases ALL of it',
    },
    apply: {
      value: 'FILE',
      help: 'puts in force what was taken; called with "now" before the certificate is told',
    },
  },
  words: [1, 1],
  examples: [
    'pisang provision /boot/pisang --data-root /var/lib/pisang --apply /usr/lib/pisang/settings',
  ],
  run: async (context) => {
    const folder = context.words[0] ?? '';
    const dataRoot = requiredOption(context, 'data-root').replace(/\/+$/, '');
    if (!isAbsolute(folder) || !isAbsolute(dataRoot)) {
      throw usageError('FOLDER and --data-root must be absolute paths');
    }
    const { dataDir, runDir, modemId, certFile } = await placesOf(context);
    if (!dataDir.startsWith(`${dataRoot}/`)) {
      throw usageError(`dataDir ${dataDir} does not lie in --data-root ${dataRoot}`);
    }
    const deps: ProvisionDeps = {
      folder,
      dataRoot,
      dataDir,
      boxDir: join(dataRoot, 'box'),
      runDir,
      modemId,
      disk: REAL_DISK,
      random: randomBytes,
      clock: new SystemClock(),
      makeKey: ({ name, scopes }, text) => {
        const { key, record } = makeApiKey(
          { name, scopes: scopes as readonly Scope[], allow: [] },
          Date.now(),
          randomBytes,
          text,
        );
        return { key, row: { ...record } };
      },
      addKeys: (rows) => addKeys(context, dataDir, rows),
      keyNames: () => keyNames(context, dataDir),
      apply: () => apply(context),
      facts: () => fingerprint(certFile),
    };
    const { failed, rebootWanted, log } = await provision(deps);
    log.forEach(context.print);
    return rebootWanted ? REBOOT_WANTED : failed ? 1 : 0;
  },
};

/** A configuration that is broken must not keep the box from being set right: then the defaults. */
async function placesOf(context: CommandContext): Promise<{
  readonly dataDir: string;
  readonly runDir: string;
  readonly modemId: string;
  readonly certFile: string | null;
}> {
  const { loadConfig } = await import('../config/load.ts');
  const load = async (): Promise<Awaited<ReturnType<CommandContext['loadConfig']>>> => {
    try {
      return await context.loadConfig();
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'bad-config') {
        throw error;
      }
      context.complain(`pisang: ${error.message}; going on with the defaults`);
      const { environment } = context;
      return loadConfig({ file: null, environment: placesIn(environment), readText: () => null });
    }
  };
  const { dataDir, runDir, modems, http } = (await load()).config;
  const certFile = http.tls?.certFile ?? null;
  return { dataDir, runDir, modemId: modems[0]?.id ?? 'modem1', certFile };
}

function placesIn(
  environment: CommandContext['environment'],
): Readonly<Record<string, string | undefined>> {
  return {
    PISANG_DATA_DIR: environment['PISANG_DATA_DIR'],
    PISANG_RUN_DIR: environment['PISANG_RUN_DIR'],
  };
}

function fingerprint(certFile: string | null): readonly string[] {
  if (certFile === null || !existsSync(certFile)) {
    return [];
  }
  try {
    const { fingerprint256 } = new X509Certificate(readFileSync(certFile));
    return [`HTTPS certificate, SHA-256: ${fingerprint256}`];
  } catch {
    return ['The HTTPS certificate can not be read.'];
  }
}

/** What it can not do is done at the next start; the rest is told all the same. */
function apply(context: CommandContext): Promise<void> {
  const [program] = context.given.get('apply') ?? [];
  if (program === undefined) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    execFile(program, ['now'], { timeout: APPLY_MS }, (error, stdout, stderr) => {
      for (const line of `${stdout}${stderr}`.split('\n').filter((said) => said !== '')) {
        context.complain(line);
      }
      if (error !== null) {
        context.complain('pisang: not all settings could be put in force');
      }
      resolve();
    });
  });
}

async function addKeys(
  context: CommandContext,
  dataDir: string,
  rows: readonly KeyRow[],
): Promise<void> {
  const { code, err } = await keyCommand(context, dataDir, ['load'], JSON.stringify(rows));
  if (code !== 0) {
    throw failure('keys-not-stored', `The API keys could not be stored: ${err.trim()}`);
  }
}

/** Null where the database can not be read: it has alarms of its own, and may be mended later. */
async function keyNames(
  context: CommandContext,
  dataDir: string,
): Promise<readonly string[] | null> {
  const { code, out, err } = await keyCommand(context, dataDir, ['list', '--json'], '');
  if (code !== 0) {
    context.complain(`pisang: the API keys could not be looked up: ${err.trim()}`);
    return null;
  }
  return (JSON.parse(out) as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** `pisang key`, as the owner of `dataDir`, so that the service can open the database that may be made here. */
function keyCommand(
  context: CommandContext,
  dataDir: string,
  words: readonly string[],
  input: string,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const owner = statSync(dataDir);
  const root = process.getuid?.() === 0;
  const program = process.argv[1] ?? '';
  const config = context.configFile === null ? [] : ['--config', context.configFile];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...config, 'key', ...words], {
      timeout: KEY_COMMAND_MS,
      ...(root ? { uid: owner.uid, gid: owner.gid } : {}),
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err = `${err}${chunk}`.slice(0, 500);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
    child.stdin.once('error', () => {});
    child.stdin.end(input);
  });
}
