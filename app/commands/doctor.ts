import { once } from 'node:events';
import { createWriteStream, rmSync, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { redactConfig } from '../config/redact.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { GatewayError } from '../domain/gateway-error.ts';
import { SystemClock } from '../local/system-clock.ts';
import { ensureDatabase, quickCheck, SCHEMA_VERSION } from '../outbox/index.ts';
import { type BundleFile, journalFiles, logFiles, writeBundle } from './bundle.ts';
import {
  checkApi,
  checkClock,
  checkDataDir,
  checkDescriptors,
  checkNode,
  checkPinFile,
  checkPort,
  checkRunDir,
  type Finding,
  fail,
  ok,
} from './checks.ts';
import { type Command, type CommandContext, failure, optionOf } from './command.ts';
import { databaseFile } from './database.ts';
import { API_OPTIONS, apiAddress, callApi } from './local-api.ts';
import { isDataDirLocked } from './single-instance.ts';

const WORD = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;
/** Below everything else: the check reads the whole database. */
const LOWEST_PRIORITY = 19;

export const command: Command = {
  usage: '[--bundle FILE] [--database]',
  options: {
    bundle: { value: 'FILE', help: 'write a support bundle (tar.gz, at most 5 MiB); - is stdout' },
    database: { value: null, help: 'look through the database only' },
    ...API_OPTIONS,
  },
  words: [0, 0],
  examples: ['pisang doctor', 'pisang doctor --bundle /tmp/pisang.tar.gz'],
  run: async (context) => {
    const { config, setAside } = await context.loadConfig();
    if (context.given.has('database')) {
      setPriority(LOWEST_PRIORITY);
      return report([await checkDatabase(config)], context.print);
    }
    const target = optionOf(context, 'bundle');
    const out = target === null || target === '-' ? process.stdout : await newFile(target);
    const findings = await examine(context, config, setAside);
    const toTerminal = target === '-' ? context.complain : context.print;
    const code = report(findings, toTerminal);
    if (target === null) {
      return code;
    }
    const files = await bundleFiles(context, config, findings);
    await writeBundle(files, out, Date.now()).catch((error: unknown) => {
      if (target !== '-') {
        // Else half a bundle stays, and the next try finds its name taken.
        rmSync(target, { force: true });
      }
      throw notWritten(target, error);
    });
    toTerminal(
      `${target === '-' ? 'the bundle' : target} is written; numbers and texts are masked`,
    );
    return 0;
  },
};

const FILE_FAULTS: Readonly<Record<string, string>> = {
  EEXIST: 'is there already; choose another name',
  ENOENT: 'lies in a folder that does not exist',
  EACCES: 'may not be written by this user',
  ENOSPC: 'lies on a disk that is full',
  EROFS: 'lies on a disk that is read-only',
};

/** Opened before anything is gathered, so that a wrong name is told at once. */
async function newFile(path: string): Promise<Writable> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o640 });
  try {
    await once(file, 'open');
  } catch (error) {
    throw notWritten(path, error);
  }
  return file;
}

function notWritten(path: string, error: unknown): GatewayError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return failure(
    'bundle-not-written',
    `--bundle: ${path} ${FILE_FAULTS[code] ?? `cannot be written (${code})`}`,
    error,
  );
}

async function examine(
  context: CommandContext,
  config: GatewayConfig,
  setAside: readonly string[],
): Promise<Finding[]> {
  return [
    checkNode(),
    setAside.length === 0
      ? ok('configuration', 'good')
      : fail(
          'configuration',
          `${setAside[0] ?? ''}; mend or delete that file, then restart pisang`,
        ),
    await checkDataDir(config),
    await checkDatabase(config),
    await checkRunDir(config),
    await checkPinFile(config),
    checkClock(new SystemClock()),
    checkDescriptors(),
    ...(await checkPorts(config)),
    ...(await checkApi(await apiAddress(context))),
  ];
}

async function checkPorts(config: GatewayConfig): Promise<readonly Finding[]> {
  const workerRuns = await isDataDirLocked(config.dataDir, 'modem');
  return Promise.all(config.modems.map((modem) => checkPort(modem, workerRuns)));
}

function report(findings: readonly Finding[], say: (line: string) => void): number {
  for (const { level, subject, sentence } of findings) {
    say(`${WORD[level]}  ${subject}: ${sentence}`);
  }
  return findings.some(({ level }) => level === 'fail') ? 1 : 0;
}

/** Whether it opens, is whole, and commits wait for the disk. */
async function checkDatabase(config: GatewayConfig): Promise<Finding> {
  try {
    const file = databaseFile(config);
    // Throws where the folder may not be looked into: then nobody knows.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) {
      return ok('database', 'none yet; the first start makes it');
    }
    // Opening reads every setting back, `synchronous` included, and fails when one did not hold.
    await ensureDatabase(file, 0);
    const faults = quickCheck(file);
    return faults.length > 0
      ? fail('database', `is damaged (${faults[0]}); restore a backup`)
      : ok('database', `whole, schema ${SCHEMA_VERSION}, commits wait for the disk`);
  } catch (error) {
    return fail('database', error instanceof Error ? error.message : String(error));
  }
}

async function bundleFiles(
  context: CommandContext,
  config: GatewayConfig,
  findings: readonly Finding[],
): Promise<readonly BundleFile[]> {
  const versions = {
    pisang: context.version,
    schema: SCHEMA_VERSION,
    node: process.versions,
    platform: `${process.platform} ${process.arch}`,
  };
  return [
    { name: 'doctor.txt', content: () => findings.map(lineOf).join('') },
    { name: 'versions.json', content: () => json(versions) },
    { name: 'config.json', content: () => json(redactConfig(config)) },
    {
      name: 'status.json',
      content: async () =>
        json((await callApi(await apiAddress(context), 'GET', '/v1/status')).body),
    },
    ...journalFiles(),
    ...(await logFiles(join(config.dataDir, 'log'))),
  ];
}

function lineOf({ level, subject, sentence }: Finding): string {
  return `${WORD[level]}  ${subject}: ${sentence}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
