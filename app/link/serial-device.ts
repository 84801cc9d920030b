import { read } from 'node:fs';
import { promisify } from 'node:util';

const readFd = promisify(read);

/** A port as the serial library's Unix binding gives it. */
export interface UnixPort {
  readonly fd: number | null;
  readonly isOpen: boolean;
  readonly poller: {
    once(event: 'readable', callback: (error: Error | null) => void): unknown;
  };
  write(buffer: Buffer): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Empty reads in a row after which a tty counts as hung up: an idle one says EAGAIN instead. */
const EMPTY_READS_LIMIT = 8;

/**
 * Reads what the port has, waiting for it; rejects when the tty is gone. The library's own `read`
 * would spin for ever on a removed USB port, whose reads return nothing at once.
 */
export async function readPort(port: UnixPort, buffer: Buffer): Promise<Uint8Array> {
  let emptyReads = 0;
  for (;;) {
    if (port.fd === null) {
      throw new Error('the port is closed');
    }
    try {
      const { bytesRead } = await readFd(port.fd, buffer, 0, buffer.length, null);
      if (bytesRead > 0) {
        return Buffer.from(buffer.subarray(0, bytesRead));
      }
      emptyReads += 1;
      if (emptyReads >= EMPTY_READS_LIMIT) {
        throw new Error('the tty is hung up');
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EAGAIN' && code !== 'EINTR') {
        throw error;
      }
    }
    if (!port.isOpen) {
      throw new Error('the port is closed');
    }
    await readable(port);
  }
}

function readable(port: UnixPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.poller.once('readable', (error) => (error === null ? resolve() : reject(error)));
  });
}
