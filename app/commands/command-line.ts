import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { readConfig } from '../config/read-config.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import { nearestWord } from '../domain/nearest.ts';
import {
  type Command,
  type CommandContext,
  exitCodeOf,
  type Option,
  usageError,
} from './command.ts';
import { COMMANDS, ELSEWHERE } from './registry.ts';

const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  config: {
    value: 'FILE',
    help: 'configuration file (else $PISANG_CONFIG, else /etc/pisang/config.json)',
  },
  help: { value: null, help: 'this text' },
  version: { value: null, help: 'the version' },
};

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/**
 * Runs one command line (without the program's name). Resolves with the exit code: 0 done, 1 failed,
 * 64 bad usage or configuration, or what the command says.
 */
export async function runCommandLine(
  argv: readonly string[],
  around: Surroundings,
): Promise<number> {
  try {
    return await dispatch(argv, around);
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      around.complain(
        `pisang: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      return 1;
    }
    const problems = error.context['problems'];
    const more = Array.isArray(problems) ? problems.length - 1 : 0;
    const hint = more > 0 ? ` (and ${more} more; pisang config check lists them)` : '';
    around.complain(`pisang: ${error.message}${hint}`);
    return exitCodeOf(error);
  }
}

async function dispatch(argv: readonly string[], around: Surroundings): Promise<number> {
  const { globals, name, rest } = splitAtCommand(argv);
  const first = parse(globals, {}, [0, 0], 'pisang COMMAND');
  if (first.given.has('version')) {
    around.print(readVersion());
    return 0;
  }
  if (name === null || (name === 'help' && rest[0] === undefined)) {
    const asked = name === 'help' || first.given.has('help');
    overview().forEach(asked ? around.print : around.complain);
    return asked ? 0 : 64;
  }
  const wanted = name === 'help' ? (rest[0] ?? '') : name;
  const entry = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined;
  if (entry === undefined) {
    throw usageError(noCommand(wanted));
  }
  const { command } = await entry.load();
  if (
    name === 'help' ||
    first.given.has('help') ||
    rest.includes('--help') ||
    rest.includes('-h')
  ) {
    helpFor(wanted, entry.summary, command).forEach(around.print);
    return 0;
  }
  const usage = `pisang ${wanted} ${command.usage}`;
  const { given, words } = parse(rest, command.options, command.words, usage);
  if (given.has('version')) {
    around.print(readVersion());
    return 0;
  }
  const configFile = given.get('config')?.at(-1) ?? first.given.get('config')?.at(-1) ?? null;
  const context: CommandContext = {
    version: readVersion(),
    environment: around.environment,
    given,
    words,
    configFile,
    print: around.print,
    complain: around.complain,
    loadConfig: async (file) => {
      const loaded = await readConfig({
        file: file ?? configFile,
        environment: around.environment,
        strict: command.strict === true,
      });
      loaded.setAside.forEach((fault) => {
        around.complain(`pisang: ${fault}; going on without that file`);
      });
      return loaded;
    },
  };
  return command.run(context);
}

function noCommand(wanted: string): string {
  const instead = Object.hasOwn(ELSEWHERE, wanted) ? ELSEWHERE[wanted] : undefined;
  if (instead !== undefined) {
    return `"${wanted}" is not part of this version (${readVersion()}); ${instead}`;
  }
  const near = nearestWord(wanted, Object.keys(COMMANDS));
  return near === null
    ? `there is no command "${wanted}"; pisang --help lists them`
    : `there is no command "${wanted}"; the nearest is "${near}"`;
}

/** Global options may stand before the command as well as after it. */
function splitAtCommand(argv: readonly string[]): {
  globals: readonly string[];
  name: string | null;
  rest: readonly string[];
} {
  let index = 0;
  while (argv[index]?.startsWith('-')) {
    index += argv[index] === '--config' ? 2 : 1;
  }
  return { globals: argv.slice(0, index), name: argv[index] ?? null, rest: argv.slice(index + 1) };
}

function parse(
  args: readonly string[],
  own: Readonly<Record<string, Option>>,
  [least, most]: readonly [number, number],
  usage: string,
): { given: Map<string, string[]>; words: string[] } {
  const options = { ...own, ...GLOBAL_OPTIONS };
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        { type: option.value === null ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      words.push(token.value);
    } else if (token.kind === 'option') {
      const name = token.name === 'h' ? 'help' : token.name;
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      if (option === undefined) {
        const near = nearest(name, Object.keys(options))?.name ?? 'help';
        throw usageError(`there is no option ${token.rawName}; the nearest is --${near}`);
      }
      given.set(name, [
        ...(given.get(name) ?? []),
        optionValue(token.rawName, token.value, option),
      ]);
    }
  }
  for (const [name, values] of given) {
    if (values.length > 1 && options[name]?.many !== true) {
      throw usageError(`--${name} was given ${values.length} times`);
    }
  }
  if (words.length < least) {
    throw usageError(`a word is missing: ${usage}`);
  }
  if (words.length > most) {
    throw usageError(`"${words[most]}" is one word too many; put texts with spaces in quotes`);
  }
  return { given, words };
}

function optionValue(rawName: string, value: string | undefined, option: Option): string {
  if (option.value === null && value !== undefined) {
    throw usageError(`${rawName} takes no value`);
  }
  if (option.value !== null && value === undefined) {
    throw usageError(`${rawName} needs a value: ${rawName} ${option.value}`);
  }
  return value ?? '';
}

function overview(): string[] {
  return [
    'pisang: an SMS gateway for a USB GSM modem.',
    '',
    'Usage: pisang [--config FILE] COMMAND [options]',
    '',
    ...columns(Object.entries(COMMANDS).map(([name, entry]) => [name, entry.summary])),
    '',
    ...columns(optionRows(GLOBAL_OPTIONS)),
    '',
    'pisang COMMAND --help shows the options and examples of a command.',
  ];
}

function helpFor(name: string, summary: string, command: Command): string[] {
  return [
    `pisang ${name}: ${summary}.`,
    '',
    `Usage: pisang ${name} ${command.usage}`.trimEnd(),
    '',
    ...columns(optionRows({ ...command.options, ...GLOBAL_OPTIONS })),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ];
}

function optionRows(options: Readonly<Record<string, Option>>): [string, string][] {
  return Object.entries(options).map(([name, option]) => [
    `--${name}${option.value === null ? '' : ` ${option.value}`}`,
    option.help,
  ]);
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** The version in the nearest `package.json` above this file. */
function readVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) {
    folder = dirname(folder);
  }
  const parsed: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const version =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : null;
  return typeof version === 'string' ? version : 'unknown';
}
