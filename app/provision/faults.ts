import { GatewayError } from '../domain/gateway-error.ts';

/** What a step or the disk says that failed. Anything else, a power cut among it, is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof GatewayError || (error instanceof Error && 'syscall' in error)) {
    return error.message;
  }
  throw error;
}

/** Null when the step succeeded, else what is said of it. */
export function faultOf(step: () => void): string | null {
  try {
    step();
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}
