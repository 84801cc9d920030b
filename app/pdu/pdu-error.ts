import { GatewayError } from '../domain/gateway-error.ts';

/**
 * Code `bad-pdu`: octets that are no TPDU of the asked kind. The only error that decoders throw.
 * The context never holds the octets themselves, since they carry numbers and texts.
 */
export class PduError extends GatewayError {
  constructor(message: string, context: Readonly<Record<string, unknown>> = {}) {
    super('bad-pdu', message, { retry: 'never', context });
  }
}
