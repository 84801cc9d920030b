import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './connection.ts';
import type { Counters } from './counters.ts';
import type { RequestHead } from './request-head.ts';

/** Requests in flight on all connections, and who waits for them to end. */
export interface Traffic {
  active: number;
  /** No connection is kept open after its next answer. */
  stopping: boolean;
  onQuiet: (() => void) | null;
}

/** One request on its way to an answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly requestId: string;
  /** Path and query. */
  readonly url: string;
  private readonly connection: Connection;
  private readonly traffic: Traffic;
  private readonly counters: Counters;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    head: RequestHead,
    requestId: string,
    url: string,
    connection: Connection,
    traffic: Traffic,
    counters: Counters,
  ) {
    this.request = request;
    this.response = response;
    this.head = head;
    this.requestId = requestId;
    this.url = url;
    this.connection = connection;
    this.traffic = traffic;
    this.counters = counters;
    connection.inFlight += 1;
    connection.request = request;
    connection.response = response;
    traffic.active += 1;
    counters.requests += 1;
  }

  get local(): boolean {
    return this.connection.local;
  }

  /** Call before the answer's head is written. */
  beforeAnswer(): void {
    if (this.traffic.stopping || this.connection.admitted === 'reserved') {
      this.response.shouldKeepAlive = false;
    }
  }

  /** Call once, after the answer or after cutting the connection. */
  settled(): void {
    const hundreds = Math.floor(this.response.statusCode / 100);
    this.counters.answers[hundreds] = (this.counters.answers[hundreds] ?? 0) + 1;
    if (this.connection.inFlight > 0) {
      this.connection.inFlight -= 1;
      leave(this.traffic, 1);
    }
  }
}

/** Takes `count` requests out of the traffic, for answered ones and for those of a closed socket. */
export function leave(traffic: Traffic, count: number): void {
  traffic.active -= count;
  if (traffic.active === 0) {
    traffic.onQuiet?.();
  }
}
