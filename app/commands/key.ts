import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { nearest } from '../config/nearest.ts';
import { SCOPES, type Scope } from '../domain/scopes.ts';
import { SystemClock } from '../local/system-clock.ts';
import { type ApiOutbox, type KeyRecord, openApiOutbox } from '../outbox/index.ts';
import { isAddressRange, makeApiKey } from './api-key.ts';
import {
  type Command,
  type CommandContext,
  failure,
  requiredOption,
  usageError,
} from './command.ts';
import { databaseFile } from './database.ts';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$/;

export const command: Command = {
  usage: 'add --name N --scope S[,S] [--allow CIDR] | list [--json] | revoke ID | load',
  options: {
    name: { value: 'NAME', help: 'add: what the key is for; also its space of Idempotency-Keys' },
    scope: { value: 'S[,S]', help: `add: ${SCOPES.join(', ')}`, many: true },
    allow: { value: 'CIDR', help: 'add: the only addresses it may be used from', many: true },
    json: { value: null, help: 'list: as JSON' },
  },
  words: [1, 2],
  examples: [
    'pisang key add --name shop --scope messages:send,messages:read',
    'pisang key add --name monitoring --scope admin --allow 192.168.1.0/24',
    'pisang key list',
    'pisang key revoke key_4fGh2k9Lm0Qr',
    'pisang key load <records.json',
  ],
  run: async (context) => {
    const [verb, id] = context.words;
    if (verb !== 'revoke' && id !== undefined) {
      throw usageError(`"${id}" is one word too many`);
    }
    switch (verb ?? '') {
      case 'add':
        return add(context);
      case 'list':
        return withOutbox(context, (outbox) => list(context, outbox));
      case 'revoke':
        if (id === undefined) {
          throw usageError('which key? pisang key list shows the ids: pisang key revoke ID');
        }
        return withOutbox(context, (outbox) => revoke(context, outbox, id));
      case 'load':
        return load(context);
      default:
        throw usageError('after "key" comes add, list, revoke or load');
    }
  },
};

async function add(context: CommandContext): Promise<number> {
  const name = requiredOption(context, 'name');
  if (!NAME.test(name)) {
    throw usageError('--name must be 1 to 64 letters, digits, spaces, ".", "_" or "-"');
  }
  requiredOption(context, 'scope');
  const scopes = listOf(context, 'scope').map(toScope);
  const allow = listOf(context, 'allow');
  const wrong = allow.find((range) => !isAddressRange(range));
  if (wrong !== undefined) {
    throw usageError(
      `--allow must be an address or a range such as 192.168.1.0/24, not "${wrong}"`,
    );
  }
  return withOutbox(context, async (outbox) => {
    const { key, record } = makeApiKey(
      { name, scopes: [...new Set(scopes)], allow },
      Date.now(),
      randomBytes,
    );
    await outbox.addKey(record);
    context.print(`${record.id} is added. Keep the key, it is shown only now:`);
    context.print(key);
    return 0;
  });
}

async function list(context: CommandContext, outbox: ApiOutbox): Promise<number> {
  const { keys } = await outbox.keys();
  if (context.given.has('json')) {
    const shown = keys.map(({ id, name, scopes, allow, createdAtMs }) => ({
      id,
      name,
      scopes,
      allow,
      createdAtMs,
    }));
    context.print(JSON.stringify(shown, null, 2));
    return 0;
  }
  for (const key of keys) {
    const made = new Date(key.createdAtMs).toISOString();
    const from = key.allow.length === 0 ? 'from anywhere' : `from ${key.allow.join(',')}`;
    const revoked = key.revokedAtMs === null ? '' : '  revoked';
    context.print(`${key.id}  ${key.name}  ${key.scopes.join(',')}  ${from}  ${made}${revoked}`);
  }
  return 0;
}

async function revoke(context: CommandContext, outbox: ApiOutbox, id: string): Promise<number> {
  const known = (await outbox.keys()).keys.find((key) => key.id === id);
  if (known === undefined || !(await outbox.revokeKey(known.id, Date.now()))) {
    throw failure('key-not-found', `there is no key ${id}; pisang key list shows the ids`);
  }
  context.print(`${id} is revoked`);
  return 0;
}

/** Stores key records (a JSON list, hashes only) from standard input; may be repeated. */
async function load(context: CommandContext): Promise<number> {
  const rows = JSON.parse(await text(process.stdin)) as readonly KeyRecord[];
  return withOutbox(context, async (outbox) => {
    for (const row of rows) {
      await outbox.putKey(row);
    }
    return 0;
  });
}

function listOf(context: CommandContext, option: string): string[] {
  return (context.given.get(option) ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function toScope(word: string): Scope {
  const scope = SCOPES.find((one) => one === word);
  if (scope === undefined) {
    throw usageError(
      `--scope: there is no scope "${word}"; the nearest is ${nearest(word, SCOPES)?.name ?? ''}`,
    );
  }
  return scope;
}

/** Works on the database itself, so that keys can be made before the first start. */
async function withOutbox(
  context: CommandContext,
  action: (outbox: ApiOutbox) => Promise<number>,
): Promise<number> {
  const { config } = await context.loadConfig();
  const quiet = (): void => {};
  const outbox = await openApiOutbox({
    file: databaseFile(config),
    clock: new SystemClock(),
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    maxDepth: config.queue.maxDepth,
    diskReserveBytes: config.queue.diskReserveBytes,
    onFailure: quiet,
    visit: true,
  });
  try {
    return await action(outbox);
  } finally {
    await outbox.close();
  }
}
