import { GatewayError } from '../domain/gateway-error.ts';
import type { PortHolder } from './port-holder.ts';

/** A port that was open and is no more: unplugged, connection broken, read or write failed. */
export function linkLost(label: string, cause?: unknown): GatewayError {
  return new GatewayError('link-lost', `The connection to the modem at ${label} broke.`, {
    retry: 'later',
    context: { port: label },
    cause,
  });
}

/** Any other reason why a port did not open. */
export function portFailed(label: string, detail: string, cause?: unknown): GatewayError {
  return new GatewayError('port-failed', `The port ${label} did not open: ${detail}.`, {
    retry: 'later',
    context: { port: label },
    cause,
  });
}

/** Another process has the port; `holder` when it could be found. */
export function portBusy(label: string, holder: PortHolder | null, cause: unknown): GatewayError {
  const by = holder === null ? 'another program' : `${holder.name} (process ${holder.pid})`;
  return new GatewayError('port-busy', `The port ${label} is in use by ${by}.`, {
    retry: 'later',
    context: { port: label, holder },
    cause,
  });
}

/**
 * What the system said on opening a serial port, as one of our codes. The serial library gives the
 * words of `strerror(3)` only, Node gives a code.
 */
export function serialOpenFault(
  error: unknown,
): 'port-not-found' | 'port-denied' | 'port-busy' | 'port-failed' {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const text = error instanceof Error ? error.message : '';
  if (
    ['ENOENT', 'ENXIO', 'ENODEV'].includes(code) ||
    /No such (file|device)|cannot find/i.test(text)
  ) {
    return 'port-not-found';
  }
  if (['EACCES', 'EPERM'].includes(code) || /Permission denied|not permitted/i.test(text)) {
    return 'port-denied';
  }
  if (code === 'EBUSY' || /Cannot lock port|resource busy/i.test(text)) {
    return 'port-busy';
  }
  return 'port-failed';
}
