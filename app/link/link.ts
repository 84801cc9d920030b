import type { GatewayError } from '../domain/gateway-error.ts';

/** How a link ended on our side. `hung`: the device never let go; only leaving the process frees it. */
export interface CloseReport {
  readonly hung: boolean;
}

/**
 * A two-way stream of octets to one modem. It knows nothing of AT. Octets that arrive before
 * `onData` was called are kept and given to the first listener.
 */
export interface Link {
  /** For logs and pages: `serial:/dev/ttyUSB2` or `tcp://127.0.0.1:7070`. */
  readonly label: string;
  /** Resolves when the system has taken the octets, rejects with `link-lost`; order is kept. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sets the one listener. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Sets the one listener, called once; null after our own `close()`. */
  onClose(listener: (error: GatewayError | null) => void): void;
  /** Bounded in time, never rejects, may be called again. */
  close(): Promise<CloseReport>;
}
