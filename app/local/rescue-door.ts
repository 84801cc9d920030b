import { connect } from 'node:net';
import { join } from 'node:path';

/** Far longer than it takes; after that the port is simply tried. */
const LIMIT_MS = 3_000;

/**
 * Asks the rescue page (`app/rescue`) to give the ports back, and resolves when it has. Where none
 * runs that is at once. Never rejects.
 */
export function takeFromRescue(runDir: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(join(runDir, 'rescue.sock'));
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}
