import type { LoadedConfig } from '../config/load.ts';
import { GatewayError } from '../domain/gateway-error.ts';

/** One `--name`; `value` names what follows it, and is null for a switch. */
export interface Option {
  readonly value: string | null;
  readonly help: string;
  readonly many?: boolean;
}

/** What the command line needs to know about a command, and the command itself. */
export interface Command {
  /** After `pisang NAME`, such as `--to N --text T [--wait]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Words after the options: least and most. */
  readonly words: readonly [number, number];
  readonly examples: readonly string[];
  /** Judges the configuration: what the others leave out with a warning is a fault here. */
  readonly strict?: true;
  /** Resolves with the exit code. */
  run(context: CommandContext): Promise<number>;
}

export interface CommandContext {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Options given, by name. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
  /** `--config`, for handing on. */
  readonly configFile: string | null;
  /** Reads and checks the configuration (of `--config` unless named); rejects with `bad-config`. */
  loadConfig(file?: string): Promise<LoadedConfig>;
  /** A line on stdout. */
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly complain: (line: string) => void;
}

/** The value of an option that may be given once, or null. */
export function optionOf(context: CommandContext, name: string): string | null {
  return context.given.get(name)?.at(-1) ?? null;
}

export function requiredOption(context: CommandContext, name: string): string {
  const value = optionOf(context, name);
  if (value === null || value === '') {
    throw usageError(`--${name} is missing`);
  }
  return value;
}

/** A whole number in a range, or `fallback` where the option was not given. */
export function integerOption(
  context: CommandContext,
  name: string,
  fallback: number,
  max: number,
): number {
  const value = optionOf(context, name);
  if (value === null) {
    return fallback;
  }
  if (!/^\d{1,12}$/.test(value) || Number(value) > max) {
    throw usageError(`--${name} must be a whole number from 0 to ${max}, not "${value}"`);
  }
  return Number(value);
}

/** Ends a command with exit code 64. */
export function usageError(sentence: string): GatewayError {
  return new GatewayError('usage', sentence, { retry: 'never' });
}

/** Ends a command with exit code 1 and one line. */
export function failure(code: string, sentence: string, cause?: unknown): GatewayError {
  return new GatewayError(code, sentence, { retry: 'later', cause });
}

/** What ends with 64: the command line, the configuration, or a file that it names. */
const BAD_INPUT: readonly string[] = ['usage', 'bad-config', 'tls-unreadable'];

/** 64 for bad usage or configuration, else 1. */
export function exitCodeOf(error: unknown): number {
  return error instanceof GatewayError && BAD_INPUT.includes(error.code) ? 64 : 1;
}
