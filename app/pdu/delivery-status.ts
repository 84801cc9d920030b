type DeliveryOutcome = 'delivered' | 'pending' | 'undelivered';

/** What TP-ST says (23.040 §9.2.3.15). */
export interface DeliveryStatus {
  /** `pending`: the service centre goes on trying and will report again. */
  readonly outcome: DeliveryOutcome;
  /** A few words in English for log and timeline. */
  readonly meaning: string;
}

const COMPLETED: readonly string[] = [
  'received by the phone',
  'forwarded, receipt not confirmed',
  'replaced by the service centre',
];
const TEMPORARY: readonly string[] = [
  'congestion',
  'phone busy',
  'no response from the phone',
  'service rejected',
  'quality of service not available',
  'error in the phone',
];
const PERMANENT: readonly string[] = [
  'remote procedure error',
  'incompatible destination',
  'connection rejected by the phone',
  'not obtainable',
  'quality of service not available',
  'no interworking available',
  'validity period expired',
  'deleted by the sender',
  'deleted by the service centre',
  'message does not exist',
];

/**
 * Four ranges of 32 codes: completed, still trying, given up for good, given up for now. Codes
 * without a meaning of their own follow their range; 0x80 and above, all reserved, count as
 * "service rejected, given up", as the clause asks.
 */
export function classifyDeliveryStatus(tpSt: number): DeliveryStatus {
  if (tpSt < 0x20) return { outcome: 'delivered', meaning: named(COMPLETED, tpSt, 'completed') };
  if (tpSt < 0x40) {
    const meaning = named(TEMPORARY, tpSt - 0x20, 'temporary error');
    return { outcome: 'pending', meaning: `${meaning}, still trying` };
  }
  if (tpSt < 0x60) {
    return { outcome: 'undelivered', meaning: named(PERMANENT, tpSt - 0x40, 'permanent error') };
  }
  const meaning =
    tpSt < 0x80 ? named(TEMPORARY, tpSt - 0x60, 'temporary error') : 'reserved status';
  return { outcome: 'undelivered', meaning: `${meaning}, given up` };
}

function named(names: readonly string[], index: number, range: string): string {
  return (
    names[index] ?? (index < 0x10 ? `${range} (reserved)` : `${range} (own code of the network)`)
  );
}
