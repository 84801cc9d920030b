import { randomBytes } from 'node:crypto';
import type { ModemId } from '../../app/domain/ids.ts';
import {
  createModemDriver,
  type ModemDriver,
  type ModemDriverDeps,
  type ReceivedSms,
} from '../../app/modem/index.ts';
import { SILENT_LOGGER } from '../support/at-bench.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeLink } from '../support/fake-link.ts';
import { MemoryLedger } from './bench.ts';

/** Answers by the beginning of the command, the longest match first; null is silence. */
export type Script = Readonly<Record<string, string | null>>;

export const OK: string = '\r\nOK\r\n';
const say = (...lines: string[]): string =>
  `${lines.map((line) => `\r\n${line}\r\n`).join('')}${OK}`;

/** A plain modem that is registered and has an empty store. */
const PLAIN: Script = {
  AT: OK,
  'AT+CGMI': say('ACME'),
  'AT+CGMM': say('M1'),
  'AT+CGMR': say('1.0'),
  'AT+CGSN': say('490154203237518'),
  'AT+CFUN?': say('+CFUN: 1'),
  'AT+CPIN?': say('+CPIN: READY'),
  'AT+CCID': say('+CCID: 8962109999423153507'),
  'AT+CREG?': say('+CREG: 2,1,"1A2B","0C3D",0'),
  'AT+CGREG?': say('+CGREG: 2,1'),
  'AT+CEREG': '\r\nERROR\r\n',
  'AT+CSQ': say('+CSQ: 17,99'),
  'AT+CSCA?': say('+CSCA: "+6281100000",145'),
  'AT+CPMS=?': say('+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")'),
  'AT+CPMS=': say('+CPMS: 0,20,0,20,0,20'),
  'AT+CPMS?': say('+CPMS: "SM",0,20,"SM",0,20,"SM",0,20'),
  'AT+CNMI=?': say('+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1)'),
  'AT+CNMI?': say('+CNMI: 2,1,0,2,0'),
  'AT+CMGF?': say('+CMGF: 0'),
  'AT+COPS?': say('+COPS: 0,0,"TELKOMSEL",0'),
};

export interface Scripted {
  readonly driver: ModemDriver;
  readonly clock: FakeClock;
  readonly links: FakeLink[];
  readonly ledger: MemoryLedger;
  readonly inbound: ReceivedSms[];
  readonly late: (number | null)[];
  /** Every command line so far, of all links. */
  readonly commands: () => string[];
  /** Lets time pass in steps, so that answers come in between. */
  readonly pass: (ms: number) => Promise<void>;
}

/** A driver on links in memory that answer by `script`, and on a clock that moves by hand. */
export function scripted(
  script: Script,
  changes: Partial<Omit<ModemDriverDeps, 'config'>> & { pin?: string } = {},
): Scripted {
  const clock = new FakeClock();
  const links: FakeLink[] = [];
  const ledger = new MemoryLedger();
  const inbound: ReceivedSms[] = [];
  const late: (number | null)[] = [];
  const all = { ...PLAIN, ...script };
  const starts = Object.keys(all).sort((a, b) => b.length - a.length);
  const { pin, ...deps } = changes;
  const driver = createModemDriver({
    config: {
      id: 'modem1' as ModemId,
      port: 'tcp://127.0.0.1:1',
      pin: pin ?? null,
      roamingAllowed: false,
    },
    openLink: () => {
      const link = new FakeLink();
      link.answer((text) => {
        const command = text.replaceAll('\x1b', '').trimStart();
        const start = starts.find((each) => command.startsWith(each));
        const answers: Script = { ...all, ...script };
        return command === '' || start === undefined ? undefined : (answers[start] ?? undefined);
      });
      links.push(link);
      return Promise.resolve(link);
    },
    candidatePorts: () => Promise.resolve([]),
    clock,
    logger: SILENT_LOGGER,
    random: randomBytes,
    ledger,
    awaitLateResultMs: 0,
    claimInbound: true,
    onChange: () => {},
    onInbound: (received) => {
      inbound.push(received);
      return Promise.resolve();
    },
    onReport: () => Promise.resolve(),
    onLateSent: (reference) => late.push(reference),
    onReady: () => {},
    ...deps,
  });
  return {
    driver,
    clock,
    links,
    ledger,
    inbound,
    late,
    commands: () =>
      links.flatMap((link) => link.written.map((text) => text.replace(/\r$/, '').trim())),
    pass: async (ms) => {
      for (let left = ms; left > 0; left -= 50) {
        await clock.advance(Math.min(50, left));
      }
    },
  };
}

/** The same, brought up. */
export async function up(
  script: Parameters<typeof scripted>[0],
  changes?: Parameters<typeof scripted>[1],
): Promise<Scripted> {
  const bench = scripted(script, changes);
  bench.driver.start();
  await bench.pass(3_000);
  return bench;
}
