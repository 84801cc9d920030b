import type { GatewayError } from '../domain/gateway-error.ts';
import type { Outcome } from './group.ts';
import { fromWire } from './storage-error.ts';

export interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: GatewayError) => void;
}

/** Calls and, at the same places, those who wait for their outcomes. */
export interface Taken<Call, T> {
  readonly calls: readonly Call[];
  readonly waiters: readonly Waiter<T>[];
  /** Of all of them. */
  readonly weight: number;
}

/** Calls that gather until the next group takes them, the first ones first. */
export class WaitingCalls<Call, T> {
  readonly #weigh: (call: Call) => number;
  #calls: Call[] = [];
  #waiters: Waiter<T>[] = [];
  #weight = 0;

  /** `weigh` says how much work a call is; a group takes a bounded amount of it. */
  constructor(weigh: (call: Call) => number) {
    this.#weigh = weigh;
  }

  get count(): number {
    return this.#calls.length;
  }

  get weight(): number {
    return this.#weight;
  }

  add(call: Call, waiter: Waiter<T>): void {
    this.#calls.push(call);
    this.#waiters.push(waiter);
    this.#weight += this.#weigh(call);
  }

  /** The first calls until their weight reaches `limit`; at least one where there is one. */
  take(limit: number): Taken<Call, T> {
    const { calls, waiters } = { calls: this.#calls, waiters: this.#waiters };
    const all = this.#weight;
    if (all <= limit) {
      this.#calls = [];
      this.#waiters = [];
      this.#weight = 0;
      return { calls, waiters, weight: all };
    }
    let count = 0;
    let weight = 0;
    for (const call of calls) {
      if (weight >= limit) {
        break;
      }
      weight += this.#weigh(call);
      count += 1;
    }
    this.#calls = calls.slice(count);
    this.#waiters = waiters.slice(count);
    this.#weight -= weight;
    return { calls: calls.slice(0, count), waiters: waiters.slice(0, count), weight };
  }
}

export function settle<T>(waiters: readonly Waiter<T>[], outcomes: readonly Outcome<T>[]): void {
  for (let index = 0; index < waiters.length; index += 1) {
    const outcome = outcomes[index];
    if (outcome?.ok === true) {
      waiters[index]?.resolve(outcome.value);
    } else if (outcome !== undefined) {
      waiters[index]?.reject(fromWire(outcome.error));
    }
  }
}

export function rejectAll(waiters: readonly Waiter<never>[], error: GatewayError): void {
  for (const waiter of waiters) {
    waiter.reject(error);
  }
}
