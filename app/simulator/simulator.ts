import { createServer } from 'node:net';
import { GatewayError } from '../domain/gateway-error.ts';
import { createControl } from './control.ts';
import { Faults } from './faults.ts';
import { FaultsFile } from './faults-file.ts';
import { makeIdentity } from './identity.ts';
import { Journal } from './journal.ts';
import { bind, bindPair, unbind } from './listen.ts';
import { Modem } from './modem.ts';
import { Network } from './network.ts';
import type { RunningSimulator, SimulatorOptions } from './options.ts';
import { type ModemProfile, PROFILES } from './profiles.ts';

const MAX_SEND_MS = 600_000;
const REPORT_MS = 200;

/**
 * Starts a simulated modem and its network: an AT stream on `port`, HTTP control on `controlPort`.
 * Rejects with GatewayError `bad-simulator-option` or `bad-faults`, or with the system's error when
 * a port or a file cannot be had.
 */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { clock, logger, random } = options;
  const profile = profileOf(options.profile ?? 'generic');
  const sendMs = options.sendMs ?? 0;
  if (!(sendMs >= 0 && sendMs <= MAX_SEND_MS)) {
    throw bad(`The time of a send is 0 to ${MAX_SEND_MS} milliseconds.`);
  }
  // Neighbours on fixed ports are different modems, and stay the same ones.
  const modemId =
    options.modemId ?? (options.port === 0 ? 'simulated' : `simulated-${options.port}`);
  const made = makeIdentity(modemId, profile.number);
  const faults = new Faults(random);
  const faultsFile =
    options.faultsFile == null ? null : new FaultsFile(options.faultsFile, faults, logger);
  const journal = new Journal(options.journalFile ?? null);
  const network = new Network({
    modemId,
    clock,
    faults,
    journal,
    logger,
    reportMs: options.reportMs ?? REPORT_MS,
    deliver: (message) => modem.incoming.arrive(message),
  });
  const modem: Modem = new Modem({
    profile,
    identity: { ...made, imei: options.imei ?? made.imei, iccid: options.iccid ?? made.iccid },
    network,
    faults,
    clock,
    random,
    logger,
    sendMs,
    beforeSend: () => faultsFile?.refresh(),
  });
  const line = createServer({ noDelay: true }, (socket) => modem.connect(socket));
  const control = createControl({ modem, network, faults, journal }, logger);
  const close = async (): Promise<void> => {
    faultsFile?.close();
    modem.close();
    network.close();
    control.closeAllConnections();
    await Promise.all([unbind(line), unbind(control)]);
    journal.close();
  };
  try {
    const [port, controlPort] =
      options.controlPort === undefined
        ? await bindPair(line, control, options.host, options.port)
        : [
            await bind(line, options.host, options.port),
            await bind(control, options.host, options.controlPort),
          ];
    logger.info({ port, controlPort, profile: profile.name }, 'simulated modem is listening');
    return { port, controlPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function profileOf(name: string): ModemProfile {
  const profile = PROFILES.get(name);
  if (profile === undefined) {
    throw bad(`There is no profile "${name}". Known: ${[...PROFILES.keys()].join(', ')}.`);
  }
  return profile;
}

function bad(message: string): GatewayError {
  return new GatewayError('bad-simulator-option', message, { retry: 'never' });
}
