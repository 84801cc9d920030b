/** How often each kind of disorder was seen on one channel since it was opened. */
export interface FaultCounters {
  /** Lines that came back as they were sent. After `ATE0` they tell of a restart. */
  echoes: number;
  nulOctets: number;
  /** Lines cut at the bound. */
  cutLines: number;
  /** Final lines that nothing waited for. */
  strayFinals: number;
  /** Prompts that nothing waited for. */
  strayPrompts: number;
  /** Lines whose beginning was noise. */
  noisyLines: number;
  /** Headers whose PDU line never came. */
  lonelyHeaders: number;
  /** `OK` to a send without its `+CMGS` line. */
  missingReferences: number;
  /** `+CMGS` without its `OK`. */
  missingFinals: number;
  lateResults: number;
  timeouts: number;
  resyncs: number;
  /** Exceptions of the owner's handlers. */
  handlerErrors: number;
}

export function newFaultCounters(): FaultCounters {
  return {
    echoes: 0,
    nulOctets: 0,
    cutLines: 0,
    strayFinals: 0,
    strayPrompts: 0,
    noisyLines: 0,
    lonelyHeaders: 0,
    missingReferences: 0,
    missingFinals: 0,
    lateResults: 0,
    timeouts: 0,
    resyncs: 0,
    handlerErrors: 0,
  };
}
