/** What the API counts instead of logging each request. Read by the status page and the metrics. */
export interface Counters {
  requests: number;
  accepted: number;
  /** Answers by hundreds of their status: index 2 counts 2xx. */
  readonly answers: number[];
  readonly connectionsLimit: number;
  readonly connectionsOpen: () => number;
}

export function newCounters(connectionsLimit: number, connectionsOpen: () => number): Counters {
  return {
    requests: 0,
    accepted: 0,
    answers: [0, 0, 0, 0, 0, 0],
    connectionsLimit,
    connectionsOpen,
  };
}
