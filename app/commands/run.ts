import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { GatewayConfig } from '../domain/config.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { runToEnd } from './child-process.ts';
import { type Command, type CommandContext, failure } from './command.ts';
import { type Demo, demoBanner, prepareDemo, savedKey, saveKey } from './demo.ts';
import { callApi } from './local-api.ts';
import { createProcessLogger } from './process-logger.ts';
import { RotatingFile } from './rotating-file.ts';
import { childStart, type PlanInput, runPlan } from './run-plan.ts';
import { createServiceNotices } from './service-notices.ts';
import { firstStopSignal } from './stop-signals.ts';
import { Supervisor } from './supervisor.ts';

/** The SMS in flight may take 75 s; then the children's own margins. */
const STOP_GRACE_MS = 90_000;
const MIGRATION_FAILED = 'the database could not be prepared, so nothing was started';
const DEMO_LOG_BYTES = 5 * 1024 * 1024;

export const command: Command = {
  usage: '[--demo [--port N] [--data-dir DIR]]',
  options: {
    demo: {
      value: null,
      help: 'simulated modem, state in one folder, an API key printed (make run)',
    },
    port: { value: 'N', help: 'with --demo: TCP port on 127.0.0.1, default 8080' },
    'data-dir': { value: 'DIR', help: 'with --demo: where everything is kept, default ./var/demo' },
  },
  words: [0, 0],
  examples: ['pisang run', 'pisang --config ./my.json run', 'pisang run --demo --port 8081'],
  run: async (context) => {
    const demo = context.given.has('demo') ? prepareDemo(context) : null;
    const configFile = demo?.configFile ?? context.configFile;
    const { config, warnings } = await context.loadConfig(demo?.configFile);
    warnings.forEach(context.complain);
    const environment = context.environment;
    const input = { config, configFile, environment, output: demo === null ? null : toFiles(demo) };
    return demo === null
      ? runAll(context, input, createProcessLogger('run', config.log.level), {})
      : runAll(context, input, terminalLogger(context, demo), {
          // Before the API starts, so that its first look at the keys finds one.
          whenMigrated: async () => {
            if (savedKey(demo) === null) {
              await newDemoKey(demo, input);
            }
          },
          whenReady: async () => {
            const key = await demoKey(demo, input);
            const url = `http://${config.http.listen[0] ?? ''}`;
            demoBanner(demo, config, key, url, context.version).forEach(context.print);
          },
        });
  },
};

interface Hooks {
  readonly whenMigrated?: () => Promise<void>;
  readonly whenReady?: () => Promise<void>;
}

/** Migrates, starts everything, calls the hooks, and resolves with the exit code once stopped. */
async function runAll(
  context: CommandContext,
  input: PlanInput,
  logger: Logger,
  hooks: Hooks,
): Promise<number> {
  const supervisor = new Supervisor({ stages: runPlan(input), logger, stopGraceMs: STOP_GRACE_MS });
  const stopAsked = firstStopSignal(() => {
    supervisor.kill();
  });
  const notices = createServiceNotices(context.environment, logger);
  const migration = runToEnd(childStart(input, 'migrate', []));
  const hungUp = onHangUp(supervisor);
  try {
    // The simulators need no database, so they start meanwhile.
    const started = supervisor
      .start(async () => {
        const { code } = await migration.ended;
        if (code !== 0) {
          throw new GatewayError('migration-failed', MIGRATION_FAILED, { retry: 'never' });
        }
        await hooks.whenMigrated?.();
      })
      .then(() => hooks.whenReady?.());
    started.catch(() => undefined);
    const first = await Promise.race([started, stopAsked, hungUp]);
    if (first === undefined) {
      logger.info({}, 'ready');
      notices.ready();
      const cause = await Promise.race([stopAsked, hungUp]);
      logger.info({ cause }, 'stopping');
    }
  } catch (error) {
    await supervisor.stop();
    throw error;
  } finally {
    migration.kill();
    await migration.ended;
  }
  notices.close();
  notices.stopping();
  if (!(await supervisor.stop())) {
    throw failure('killed', 'a part of pisang did not stop in time and was killed');
  }
  logger.info({}, 'stopped');
  return 0;
}

/**
 * SIGHUP makes the children read keys and log level again. When it came because the terminal was
 * closed, nobody is left to type Ctrl-C: the promise resolves and all is stopped.
 */
function onHangUp(supervisor: Supervisor): Promise<'SIGHUP'> {
  const onTerminal = process.stdout.isTTY;
  return new Promise((resolve) => {
    process.on('SIGHUP', () => {
      if (onTerminal && !terminalIsThere()) {
        resolve('SIGHUP');
      } else {
        supervisor.signalAll('SIGHUP');
      }
    });
  });
}

function terminalIsThere(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** The key of the first start, or a new one when the database does not know it (any more). */
async function demoKey(demo: Demo, input: PlanInput): Promise<string> {
  const saved = savedKey(demo);
  if (saved !== null && (await isKnown(saved, input.config))) {
    return saved;
  }
  return newDemoKey(demo, input);
}

async function newDemoKey(demo: Demo, input: PlanInput): Promise<string> {
  const scopes = 'messages:send,messages:read,verify,inbox:read,webhooks,admin';
  const start = childStart(input, 'key', ['add', '--name', 'demo', '--scope', scopes]);
  const { code, stdout } = await runToEnd(start).ended;
  const key = stdout.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || key === '') {
    throw failure('no-key', 'the API key of the demo could not be made');
  }
  saveKey(demo, key);
  return key;
}

async function isKnown(key: string, config: GatewayConfig): Promise<boolean> {
  const url = new URL(`http://${config.http.listen[0] ?? ''}`);
  const address = { label: url.origin, socketPath: null, url, key };
  return (await callApi(address, 'GET', '/v1/messages?limit=1')).status === 200;
}

/** The demo's terminal shows only what a person must know; the rest is in the log files. */
function terminalLogger(context: CommandContext, demo: Demo): Logger {
  const say = (fields: object, message: string): void => {
    const facts = Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name} ${String(value)}`);
    context.complain(`pisang: ${message} (${facts.join(', ')}); logs are in ${demo.logDir}`);
  };
  return {
    debug: () => {},
    info: (_, message) => {
      if (message === 'stopping' || message === 'stopped') {
        context.print(message === 'stopping' ? 'Stopping …' : 'Stopped.');
      }
    },
    warn: say,
    error: say,
  };
}

function toFiles(demo: Demo): (name: string) => (stream: Readable) => void {
  return (name) => {
    const file = new RotatingFile(join(demo.logDir, `${name}.log`), DEMO_LOG_BYTES);
    return (stream) => stream.on('data', (bytes: Buffer) => file.write(bytes));
  };
}
