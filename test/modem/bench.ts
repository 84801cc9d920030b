import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { ModemId } from '../../app/domain/ids.ts';
import { openLink } from '../../app/link/open-link.ts';
import {
  createModemDriver,
  type DriverLimits,
  type ModemDriver,
  type ModemDriverDeps,
  type PinLedger,
  type ReceivedReport,
  type ReceivedSms,
  type SendOutcome,
} from '../../app/modem/index.ts';
import { encodeSubmit } from '../../app/pdu/index.ts';
import { type SimulatorOptions, startSimulator } from '../../app/simulator/index.ts';
import { SILENT_LOGGER } from '../support/at-bench.ts';
import { realClock } from '../support/real-clock.ts';

/** Short enough for tests on a real clock, long enough for a slow machine. */
const QUICK: Partial<DriverLimits> = {
  promptMs: 600,
  handOverMs: 500,
  resultMs: 700,
  pulseMs: 400,
  pollMs: 500,
  checkMs: 2_000,
  simRetryMs: 300,
  simBusyMs: 1_000,
  reopenMs: 50,
  longestReopenMs: 200,
  stopMs: 2_000,
  radioCycleMs: 4_000,
  resetMs: 4_000,
  usbResetMs: 1_000,
  ussdMs: 3_000,
  quietMs: 100,
  lateLeastMs: 100,
  debounceMs: 50,
};

/** The ledger of PIN attempts as the outbox keeps it: what was accepted may be given again. */
export class MemoryLedger implements PinLedger {
  readonly hmacKey: Uint8Array = Buffer.from('test');
  readonly attempts: { iccid: string; hmac: string; accepted: boolean }[] = [];
  failing = false;

  tried(iccid: string): Promise<boolean> {
    return Promise.resolve(this.attempts.some((each) => each.iccid === iccid && !each.accepted));
  }

  attempt(iccid: string, hmac: string): Promise<'committed' | 'tried-before'> {
    if (this.failing) {
      return Promise.reject(new Error('the database can not be written'));
    }
    const before = this.attempts.find((each) => each.iccid === iccid && each.hmac === hmac);
    if (before !== undefined && !before.accepted) {
      return Promise.resolve('tried-before');
    }
    if (before === undefined) {
      this.attempts.push({ iccid, hmac, accepted: false });
    } else {
      before.accepted = false;
    }
    return Promise.resolve('committed');
  }

  result(iccid: string, hmac: string, accepted: boolean): Promise<void> {
    for (const each of this.attempts) {
      if (each.iccid === iccid && each.hmac === hmac) {
        each.accepted = accepted;
      }
    }
    return Promise.resolve();
  }
}

export interface Bench {
  readonly driver: ModemDriver;
  /** Where the simulated modem listens. */
  readonly port: string;
  /** What `auto` may try. */
  readonly candidates: string[];
  readonly ledger: MemoryLedger;
  readonly inbound: ReceivedSms[];
  readonly reports: ReceivedReport[];
  readonly late: (number | null)[];
  readonly events: string[];
  /** What the simulated network accepted. */
  readonly journal: () => Promise<{ text: string; reference: number }[]>;
  readonly control: (path: string, body: unknown) => Promise<unknown>;
  readonly faults: (set: Record<string, unknown>) => Promise<unknown>;
  readonly state: () => Promise<SimulatorState>;
  readonly usable: (timeoutMs?: number) => Promise<void>;
  readonly send: (
    text?: string,
    handOver?: () => Promise<'committed' | 'gone'>,
  ) => Promise<SendOutcome>;
}

interface SimulatorState {
  readonly stored: Record<string, number>;
  readonly restarts: number;
  readonly sim: { readonly lock: string; readonly pinTries: number; readonly pukTries: number };
}

interface BenchOptions {
  readonly simulator?: Partial<SimulatorOptions>;
  readonly faults?: Record<string, unknown>;
  readonly driver?: Partial<Omit<ModemDriverDeps, 'config'>>;
  readonly config?: Partial<ModemDriverDeps['config']>;
  readonly limits?: Partial<DriverLimits>;
  readonly beforeStart?: (bench: Bench) => Promise<void>;
}

/** A driver on a simulated modem over TCP, both in this process. */
export async function openBench(t: TestContext, options: BenchOptions = {}): Promise<Bench> {
  const simulator = await startSimulator({
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    reportMs: 30,
    logger: SILENT_LOGGER,
    clock: realClock,
    random: randomBytes,
    ...options.simulator,
  });
  const inbound: ReceivedSms[] = [];
  const reports: ReceivedReport[] = [];
  const late: (number | null)[] = [];
  const events: string[] = [];
  const candidates: string[] = [];
  const port = `tcp://127.0.0.1:${simulator.port}`;
  const ledger = new MemoryLedger();
  const call = async (path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(
      `http://127.0.0.1:${simulator.controlPort}${path}`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    );
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return await response.json();
  };
  const driver = createModemDriver({
    config: {
      id: 'modem1' as ModemId,
      port,
      pin: null,
      roamingAllowed: false,
      ...options.config,
    },
    openLink: (port) => openLink(port, { clock: realClock }),
    candidatePorts: () => Promise.resolve(candidates),
    clock: realClock,
    logger: process.env['PISANG_TEST_LOG'] === undefined ? SILENT_LOGGER : CONSOLE_LOGGER,
    random: randomBytes,
    ledger,
    awaitLateResultMs: 0,
    claimInbound: true,
    limits: { ...QUICK, ...options.limits },
    onChange: () => {},
    onInbound: (received) => {
      inbound.push(received);
      return Promise.resolve();
    },
    onReport: (received) => {
      reports.push(received);
      return Promise.resolve();
    },
    onLateSent: (reference) => late.push(reference),
    onReady: () => events.push('ready'),
    ...options.driver,
  });
  const bench: Bench = {
    driver,
    port,
    candidates,
    ledger,
    inbound,
    reports,
    late,
    events,
    journal: async () => (await call('/journal')) as { text: string; reference: number }[],
    control: (path, body) => call(path, body),
    faults: (set) => call('/faults', set),
    state: async () => (await call('/state')) as SimulatorState,
    usable: async (timeoutMs = 8_000) => {
      await driver.whenUsable(AbortSignal.timeout(timeoutMs));
      assert.ok(driver.ready(), `not ready: ${JSON.stringify(driver.snapshot())}`);
    },
    send: (text = 'pesan', handOver = () => Promise.resolve('committed')) =>
      driver.sendPart(
        encodeSubmit({
          to: '+6289610707901',
          text,
          encoding: 'gsm7',
          concat: null,
          validitySeconds: null,
          statusReport: true,
          flash: false,
        }),
        handOver,
      ),
  };
  if (options.faults !== undefined) {
    await bench.faults(options.faults);
  }
  await options.beforeStart?.(bench);
  driver.start();
  t.after(async () => {
    await driver.stop();
    await simulator.close();
  });
  return bench;
}

const CONSOLE_LOGGER = {
  debug: (fields: object, message: string) => console.log('debug', message, fields),
  info: (fields: object, message: string) => console.log('info', message, fields),
  warn: (fields: object, message: string) => console.log('warn', message, fields),
  error: (fields: object, message: string) => console.log('error', message, fields),
};

/** Waits until `condition` holds, looking often; fails with `what` after `timeoutMs`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 8_000,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    assert.ok(performance.now() < untilMs, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
