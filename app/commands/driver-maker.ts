import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';
import { candidatePorts } from '../link/candidate-ports.ts';
import type { Link } from '../link/link.ts';
import { storageSticks } from '../link/storage-sticks.ts';
import type { Trial } from '../local/trial.ts';
import { createModemDriver, type ModemDriver } from '../modem/index.ts';
import type { WorkerOutbox } from '../outbox/contract.ts';
import { type MakeDriver, pinLedger } from '../worker/index.ts';

const HMAC_KEY_BYTES = 32;

interface DriverMakerDeps {
  readonly config: Pick<GatewayConfig, 'dataDir'>;
  readonly outbox: WorkerOutbox;
  readonly trial: Pick<Trial, 'active'>;
  readonly openLink: (port: string) => Promise<Link>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
}

/** Joins modem drivers to the machine's ports and to the outbox, where PIN attempts are on record. */
export function driverMaker(deps: DriverMakerDeps): MakeDriver {
  const { clock, logger, random } = deps;
  const ledger = pinLedger(deps.outbox, clock, installationKey(deps.config.dataDir, random));
  const drivers: ModemDriver[] = [];
  return (own) => {
    const driver = createModemDriver({
      ...own,
      openLink: deps.openLink,
      candidatePorts: async () =>
        (await candidatePorts()).flatMap((group) => group.ports.map(({ port }) => port)),
      storageSticks: () => storageSticks(),
      clock,
      logger,
      random,
      ledger,
      get claimInbound() {
        return !deps.trial.active();
      },
      imeiInUse: (imei, by) =>
        drivers.some((other) => other.id !== by && other.snapshot().imei === imei),
    });
    drivers.push(driver);
    return driver;
  };
}

/** Made at the first start and kept in `dataDir`; without it the stored marks tell nothing. */
function installationKey(dataDir: string, random: Random): Uint8Array {
  const file = join(dataDir, 'installation-key');
  if (!existsSync(file)) {
    writeFileSync(file, random(HMAC_KEY_BYTES), { mode: 0o600, flush: true });
  }
  return readFileSync(file);
}
