import { statSync } from 'node:fs';
import type { GatewayConfig } from '../domain/config.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import { SystemClock } from '../local/system-clock.ts';
import { openTrial } from '../local/trial.ts';
import {
  finishRebuild,
  migrate,
  quickCheck,
  rebuildDatabase,
  recordLoss,
} from '../outbox/index.ts';
import { type Command, type CommandContext, failure } from './command.ts';
import { databaseFile } from './database.ts';
import { isDataDirLocked } from './single-instance.ts';
import { clearSuspicion, readSuspicion } from './suspect-database.ts';

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  examples: ['pisang migrate', 'pisang --config ./my.json migrate'],
  run: async (context) => {
    const { config } = await context.loadConfig();
    const file = databaseFile(config);
    finishRebuild(file);
    const suspicion = readSuspicion(config);
    // Without an octet where e2fsck gave up what the file held; SQLite takes that for a new one.
    if (suspicion !== null && (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) {
      context.complain(`pisang: ${suspicion}, and ${file} is gone; a new one is made`);
      const clock = new SystemClock();
      recordLoss(file, suspicion, { atMs: clock.nowMs(), bootId: clock.bootId });
    }
    const damage = findDamage(file, config, context);
    if (damage !== null) {
      await rebuild(file, damage, config, context);
    }
    return 0;
  },
};

/** Migrates; what is wrong with a database that cannot be, or that was noted to be damaged. */
function findDamage(
  file: string,
  config: GatewayConfig,
  context: CommandContext,
): GatewayError | null {
  try {
    const { from, to } = migrate(file);
    context.print(
      from === to
        ? `${file} already has schema ${to}`
        : from === 0
          ? `${file} made, with schema ${to}`
          : `${file} brought from schema ${from} to ${to}`,
    );
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'storage-damaged') {
      return error;
    }
    throw error;
  }
  if (readSuspicion(config) === null) {
    return null;
  }
  const [finding] = quickCheck(file);
  if (finding === undefined) {
    clearSuspicion(config);
    context.print(`${file} was noted as damaged, but is whole`);
    return null;
  }
  return failure('storage-damaged', `the database ${file} is damaged: ${finding}`);
}

async function rebuild(
  file: string,
  damage: GatewayError,
  config: GatewayConfig,
  context: CommandContext,
): Promise<void> {
  const clock = new SystemClock();
  const trial = openTrial(config.runDir, clock);
  const onTrial = trial.active();
  trial.close();
  if (onTrial) {
    // Going back must find everything as it was.
    throw damage;
  }
  for (const service of ['api', 'modem'] as const) {
    if (await isDataDirLocked(config.dataDir, service)) {
      throw failure('storage-damaged', `${damage.message}; stop pisang, then run: pisang migrate`);
    }
  }
  context.complain(`pisang: ${damage.message}`);
  context.complain('pisang: it is kept under another name while a new one is built from it …');
  const rebuilt = await rebuildDatabase(file, damage.message, {
    atMs: clock.nowMs(),
    bootId: clock.bootId,
    monotonicMs: clock.monotonicMs(),
  });
  clearSuspicion(config);
  context.print(
    `${file} rebuilt: ${rebuilt.messages} messages saved, ${rebuilt.uncertain} of them uncertain; the damaged file is ${rebuilt.damagedFile}`,
  );
}
