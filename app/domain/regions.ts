import { createRequire } from 'node:module';
import { editDistance } from './nearest.ts';

const NEAR = 3;

/** Whether national numbers of this ISO 3166-1 alpha-2 region can be read. */
export function isRegion(region: string): boolean {
  return regions().includes(region);
}

/** Regions that a wrong one may have meant, with their English names: `"ID" (Indonesia)`. */
export function nearRegions(wrong: string): readonly string[] {
  // ICU knows former and colloquial letters, such as UK for GB.
  const meant = new Intl.Locale(`und-${wrong}`).region ?? wrong;
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const near = regions().filter((region) => editDistance(wrong, region) === 1);
  return [...new Set([meant, ...near].filter(isRegion))]
    .slice(0, NEAR)
    .map((region) => `"${region}" (${names.of(region)})`);
}

function regions(): readonly string[] {
  const plans = createRequire(import.meta.url)('libphonenumber-js/metadata.min.json') as {
    readonly countries: Readonly<Record<string, unknown>>;
  };
  return Object.keys(plans.countries);
}
