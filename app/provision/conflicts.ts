import { isRegion, nearRegions } from '../domain/regions.ts';
import type { Complaint } from './check-settings.ts';
import { authorities, ipv4Range, isNeighbour } from './formats.ts';
import { misplacedKeys } from './misplaced-keys.ts';
import { pemOf, type Settings } from './settings.ts';

/** Faults that only show when fields are seen together, or need more than a pattern. */
export function conflictsIn(settings: Settings): readonly Complaint[] {
  const misplaced = misplacedKeys(settings);
  if (misplaced.length > 0) {
    // Alone, for what follows repeats names.
    return misplaced;
  }
  const found: Complaint[] = [];
  const { region, network, ca, apiKeys } = settings;
  if (region !== undefined && !isRegion(region)) {
    const near = nearRegions(region).join(', ');
    found.push({
      pointer: '/region',
      sentence: `no country has the letters "${region}"`,
      remedy: `Write the letters of the country, such as ${near === '' ? '"ID" (Indonesia)' : near}.`,
    });
  }
  if (typeof network === 'object') {
    const range = ipv4Range(network.address);
    if (range !== null && !isNeighbour(range, network.gateway)) {
      found.push({
        pointer: '/network/gateway',
        sentence: `"${network.gateway}" is not another address in the network of ${network.address}`,
        remedy: 'Write the address of the router as it stands in another device of this network.',
      });
    }
  }
  if (ca !== undefined && ca !== null && authorities(pemOf(ca)) === null) {
    found.push({
      pointer: '/ca',
      sentence: 'holds no readable certificate of an authority, or something besides',
      remedy:
        'Put in what stands in the PEM file of the authority, from BEGIN to END, as a list of lines; never a private key.',
    });
  }
  if (typeof apiKeys === 'object') {
    apiKeys.forEach(({ name, key }, index) => {
      const earlier = apiKeys.slice(0, index).find((other) => other.key === key);
      if (key?.startsWith('psg_') === true && earlier !== undefined) {
        found.push({
          pointer: `/apiKeys/${index}/key`,
          sentence: `is the same key as that of "${earlier.name}"`,
          remedy: 'Give each name a key of its own, or list this key once with all its scopes.',
        });
      }
      if (apiKeys.findIndex((other) => other.name === name) !== index) {
        found.push({
          pointer: `/apiKeys/${index}/name`,
          sentence: `"${name}" is the name of an earlier key`,
          remedy: 'Give each key a name of its own.',
        });
      }
    });
  }
  return found;
}
