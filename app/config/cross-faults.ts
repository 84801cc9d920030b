import type { GatewayConfig } from '../domain/config.ts';
import { isRegion, nearRegions } from '../domain/regions.ts';

/** Faults that the schema cannot tell, such as those of two fields together; one line each. */
export function crossFaults(config: GatewayConfig, pinIds: readonly string[]): readonly string[] {
  const faults: string[] = [];
  if (!isRegion(config.defaultRegion)) {
    const near = nearRegions(config.defaultRegion).join(', ');
    faults.push(
      `defaultRegion: no country has the letters "${config.defaultRegion}"; near are ${near}`,
    );
  }
  config.modems.forEach((modem, index) => {
    if (config.modems.findIndex((other) => other.id === modem.id) !== index) {
      faults.push(`modems[${index}].id: "${modem.id}" is the name of an earlier modem`);
    }
    const alone = modem.port !== 'auto' && modem.port !== 'sim:';
    if (alone && config.modems.findIndex((other) => other.port === modem.port) !== index) {
      faults.push(`modems[${index}].port: an earlier modem has the same port`);
    }
  });
  for (const id of pinIds) {
    if (!config.modems.some((modem) => modem.id === id)) {
      faults.push(`pins.json: there is no modem "${id}"`);
    }
  }
  const addresses = [...config.http.listen, ...(config.http.tls?.listen ?? [])];
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined && !twice.endsWith(':0')) {
    faults.push(`http.listen: "${twice}" is listed twice`);
  }
  if (config.http.batchLimitBytes < config.http.bodyLimitBytes) {
    faults.push('http.batchLimitBytes: must not be smaller than http.bodyLimitBytes');
  }
  return faults;
}
