/** A message on its way from the network to the program at the modem. */
export interface IncomingMessage {
  readonly kind: 'deliver' | 'status-report';
  /** Hex with the SMSC field in front. */
  readonly pdu: string;
  /** Message class 0–3 (23.038 §4), or null. */
  readonly messageClass: number | null;
}
