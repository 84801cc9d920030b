import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where all that is built once is kept; the image's steps under `image` (`image/lib.sh`). */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pisang');

/** Makes a cache of its own at this `XDG_CACHE_HOME`; of what the usual one has, it shares what `shares` accepts. */
export function cacheSharing(at: string, shares: (name: string, isStep: boolean) => boolean): void {
  const steps = join(at, 'pisang/image');
  mkdirSync(steps, { recursive: true });
  for (const name of readdirSync(join(CACHE, 'image')).filter((entry) => shares(entry, true))) {
    symlinkSync(join(CACHE, 'image', name), join(steps, name));
  }
  for (const name of readdirSync(CACHE)) {
    if (name !== 'image' && shares(name, false)) {
      symlinkSync(join(CACHE, name), join(at, 'pisang', name));
    }
  }
}
