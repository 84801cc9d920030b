import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { GatewayError } from '../domain/gateway-error.ts';

/** sd_listen_fds(3): the first descriptor that systemd hands over. */
const FIRST_FD = 3;

/**
 * Listens on the socket that systemd made. Its owner, group and mode are the only thing that says
 * who may ask, so one that is open to others, or is not ours, is not served (`unsafe-socket`).
 */
export async function openHandedSocket(
  environment: Readonly<Record<string, string | undefined>>,
  path: string,
  pid: number = process.pid,
): Promise<Server> {
  if (environment['LISTEN_PID'] !== String(pid) || environment['LISTEN_FDS'] !== '1') {
    throw new GatewayError(
      'no-socket',
      'systemd hands over no socket here; start pisang-boxd.socket instead.',
      { retry: 'never' },
    );
  }
  const { uid, mode } = statSync(path);
  if (uid !== process.getuid?.() || (mode & 0o007) !== 0) {
    throw new GatewayError(
      'unsafe-socket',
      `${path} belongs to another user, or others may open it; it must have mode 0660.`,
      { retry: 'never' },
    );
  }
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd: FIRST_FD }, resolve);
  });
  return server;
}
