import assert from 'node:assert/strict';
import { isTerminal, type MessageStatus } from '../../app/domain/message.ts';
import { type Gateway, until } from '../support/rig.ts';
import type { Accepted } from './load.ts';

interface Listed {
  readonly id: string;
  readonly to: string;
  readonly status: MessageStatus;
}

/** Waits until nothing is on its way any more. */
export async function drained(rig: Gateway, timeoutMs: number): Promise<void> {
  let rest = '';
  await until(
    'the queue is empty',
    async () => {
      for (const status of ['queued', 'sending', 'scheduled']) {
        const answer = await rig.fetch('GET', `/v1/messages?status=${status}&limit=1`);
        if ((JSON.parse(answer.body) as { items: unknown[] }).items.length > 0) {
          rest = answer.body;
          return false;
        }
      }
      return true;
    },
    timeoutMs,
  ).catch(async (error: unknown) => {
    const status = await rig.fetch('GET', '/v1/status');
    throw new Error(`not drained: ${rest}\n${rig.log('modem').slice(-2_000)}\n${status.body}`, {
      cause: error,
    });
  });
}

export interface Audit {
  readonly messages: number;
  readonly uncertain: number;
  readonly journalLines: number;
  /** Of the uncertain messages: what the API says about each. */
  readonly timelines: readonly string[];
}

/**
 * Holds the gateway's word against the network's journal: every accepted id exists and is terminal
 * or `uncertain`; every part of a sent message is in the journal exactly once; a part of an uncertain
 * one at most once; nothing else is there.
 */
export async function audit(rig: Gateway, accepted: ReadonlyMap<string, Accepted>): Promise<Audit> {
  const listed = await listAll(rig);
  const byTo = new Map(listed.map((message) => [message.to, message]));
  assert.equal(listed.length, byTo.size, 'a recipient got two messages');
  const lines = rig.journal();
  const seen = new Map<string, number>();
  for (const { to, part } of lines) {
    const key = `${to}#${part}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const faults: string[] = [];
  const timelines: string[] = [];
  let uncertain = 0;
  for (const { to, id, parts } of accepted.values()) {
    const message = byTo.get(to);
    if (message?.id !== id) {
      faults.push(`${to}: accepted as ${id}, but the gateway knows ${message?.id ?? 'nothing'}`);
      continue;
    }
    if (message.status === 'uncertain') {
      uncertain += 1;
      timelines.push((await rig.fetch('GET', `/v1/messages/${id}`)).body);
    } else if (!isTerminal(message.status)) {
      faults.push(`${id} is still ${message.status}`);
    }
    for (let part = 1; part <= parts; part++) {
      const times = seen.get(`${to}#${part}`) ?? 0;
      const right = message.status === 'uncertain' ? times <= 1 : times === 1;
      if (!right) {
        faults.push(`${id} is ${message.status}, part ${part} was sent ${times} times`);
      }
    }
  }
  for (const to of byTo.keys()) {
    if (!accepted.has(to)) {
      faults.push(`${to} is in the queue without ever having been acknowledged in the end`);
    }
  }
  assert.deepEqual(faults.slice(0, 20), []);
  return { messages: accepted.size, uncertain, journalLines: lines.length, timelines };
}

async function listAll(rig: Gateway): Promise<Listed[]> {
  const all: Listed[] = [];
  let cursor: string | null = null;
  do {
    const answer = await rig.fetch(
      'GET',
      `/v1/messages?limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    assert.equal(answer.status, 200, answer.body);
    const page = JSON.parse(answer.body) as { items: Listed[]; nextCursor: string | null };
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}
