import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY: string = join(import.meta.dirname, '../../../..');
export const OVERLAYS: string = join(REPOSITORY, 'overlays');

/** One file as it lies on the appliance. */
export interface OverlayFile {
  /** Without the leading slash, such as `etc/fstab`. */
  readonly path: string;
  readonly isLink: boolean;
  readonly isExecutable: boolean;
}

/** All that is copied to the appliance: the `README.md` files stay in the repository. */
export function overlayFiles(folder = ''): readonly OverlayFile[] {
  return readdirSync(join(OVERLAYS, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'README.md')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return overlayFiles(path);
      }
      const { mode } = lstatSync(join(OVERLAYS, path));
      const isLink = entry.isSymbolicLink();
      return [{ path, isLink, isExecutable: !isLink && (mode & 0o111) !== 0 }];
    });
}

export function overlayText(path: string): string {
  return readFileSync(join(OVERLAYS, path), 'utf8');
}

/** The values of one key of a unit, such as `LimitNOFILE`, in order. */
export function unitValues(unit: string, key: string): readonly string[] {
  return overlayText(`usr/lib/systemd/system/${unit}`)
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

/** The sysctl settings of the appliance; one whose line begins with `-` may be missing from a kernel. */
export function overlaySysctls(): ReadonlyMap<string, string> {
  const lines = overlayText('usr/lib/sysctl.d/90-pisang.conf').matchAll(
    /^-?([a-z0-9_.-]+) = (.+)$/gm,
  );
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}
