// sbom.mjs DPKG-STATUS PACKAGE-LOCK U-BOOT-VERSION NAME VERSION OUT: a CycloneDX 1.5 bill of materials of the image's
// Debian and npm packages and its U-Boot. Without time and serial number, so that the same image has the same bill.
import { readFileSync, writeFileSync } from 'node:fs';

const [statusFile, lockFile, uBoot, name, version, out] = process.argv.slice(2);

/** The packages of a dpkg status file that are installed. */
function debianParts(status) {
  return status
    .split('\n\n')
    .map((paragraph) => Object.fromEntries([...paragraph.matchAll(/^([A-Z][\w-]*): (.*)$/gm)].map((m) => [m[1], m[2]])))
    .filter((fields) => fields.Status === 'install ok installed')
    .map(({ Package: pkg, Version: v, Architecture: arch, Source: source }) => ({
      type: 'library',
      'bom-ref': `pkg:deb/debian/${pkg}@${encodeURIComponent(v)}?arch=${arch}`,
      name: pkg,
      version: v,
      purl: `pkg:deb/debian/${pkg}@${encodeURIComponent(v)}?arch=${arch}`,
      ...(source ? { properties: [{ name: 'debian:source', value: source }] } : {}),
    }));
}

/** The production packages of a package-lock.json (version 3). */
function npmParts(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.dev && !entry.devOptional && !entry.optional)
    .map(([path, entry]) => {
      const pkg = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const purl = `pkg:npm/${pkg.replace('@', '%40')}@${entry.version}`;
      return {
        type: 'library',
        'bom-ref': `${purl}#${path}`,
        name: pkg,
        version: entry.version,
        purl,
        ...(entry.license ? { licenses: [{ expression: entry.license }] } : {}),
        ...(entry.integrity?.startsWith('sha512-')
          ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(entry.integrity.slice(7), 'base64').toString('hex') }] }
          : {}),
      };
    });
}

/** What lies in the boot sectors. */
const bootLoader = {
  type: 'firmware',
  'bom-ref': `pkg:generic/u-boot@${encodeURIComponent(uBoot)}`,
  name: 'u-boot',
  version: uBoot,
  purl: `pkg:generic/u-boot@${encodeURIComponent(uBoot)}`,
};

const components = [
  bootLoader,
  ...debianParts(readFileSync(statusFile, 'utf8')),
  ...npmParts(JSON.parse(readFileSync(lockFile, 'utf8'))),
].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
const bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'firmware', name, version } },
  components,
};
writeFileSync(out, `${JSON.stringify(bill, null, 1)}\n`);
