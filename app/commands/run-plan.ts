import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { GatewayConfig, ModemConfig } from '../domain/config.ts';
import { PROGRAM } from '../program.ts';
import type { ChildStart } from './child-process.ts';
import { failure } from './command.ts';
import type { ChildPlan } from './supervisor.ts';

/** Modem id → address of its simulator, for the modem worker of `run`. */
export const SIMULATORS_VARIABLE = 'PISANG_CHILD_SIMULATORS';

export interface PlanInput {
  readonly config: GatewayConfig;
  readonly configFile: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: ((name: string) => (stream: Readable) => void) | null;
}

/** What `run` starts: the simulators of `sim:` ports first, then worker and API. */
export function runPlan(input: PlanInput): readonly (readonly ChildPlan[])[] {
  const simulated = input.config.modems.filter((modem) => modem.port === 'sim:');
  const plan = (name: string, start: ChildPlan['start']): ChildPlan => ({
    name,
    start,
    output: input.output === null ? null : input.output(name),
  });
  return [
    simulated.map((modem) =>
      plan(simulatorName(modem), (facts) =>
        childStart(input, 'simulate-modem', simulatorArguments(input.config, modem, facts)),
      ),
    ),
    [
      plan('modem', (facts) => ({
        ...childStart(input, 'modem', []),
        environment: {
          ...childEnvironment(input.environment),
          [SIMULATORS_VARIABLE]: JSON.stringify(
            Object.fromEntries(
              simulated.map((modem) => [modem.id, `tcp://127.0.0.1:${portOf(facts, modem)}`]),
            ),
          ),
        },
      })),
      plan('api', () => childStart(input, 'api', [])),
    ],
  ];
}

/** How a child that runs one command is started. */
export function childStart(
  input: Pick<PlanInput, 'configFile' | 'environment'>,
  name: string,
  args: readonly string[],
): ChildStart {
  const config = input.configFile === null ? [] : ['--config', input.configFile];
  return {
    argv: [PROGRAM, ...config, name, ...args],
    environment: childEnvironment(input.environment),
  };
}

/** systemd's socket belongs to the supervisor alone. */
function childEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { NOTIFY_SOCKET: _, WATCHDOG_USEC: __, WATCHDOG_PID: ___, ...rest } = environment;
  return rest;
}

function simulatorName(modem: ModemConfig): string {
  return `simulator-${modem.id}`;
}

/** The port a simulator chose at its first start; 0, any, before. */
function portOf(
  facts: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  modem: ModemConfig,
): number {
  const port = facts.get(simulatorName(modem))?.['port'];
  return typeof port === 'number' ? port : 0;
}

/** The journal of a simulated modem: what its network received. */
export function journalFile(config: GatewayConfig, modem: ModemConfig): string {
  return join(config.dataDir, 'simulator', `${modem.id}.jsonl`);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { message } = error as Error;
    throw failure('data-dir-unusable', `dataDir: ${folder} cannot be made (${message})`, error);
  }
}

function simulatorArguments(
  config: GatewayConfig,
  modem: ModemConfig,
  facts: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): string[] {
  const journal = journalFile(config, modem);
  makeFolder(join(config.dataDir, 'simulator'));
  const { sendMs, profile, faults } = config.simulator;
  return [
    `--listen=tcp://127.0.0.1:${portOf(facts, modem)}`,
    `--journal=${journal}`,
    `--send-ms=${sendMs}`,
    `--id=${modem.id}`,
    ...(profile === null ? [] : [`--profile=${profile}`]),
    ...(faults === null ? [] : [`--faults=${faults}`]),
  ];
}
