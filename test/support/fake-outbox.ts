import { GatewayError } from '../../app/domain/gateway-error.ts';
import type { InboundId, KeyId, MessageId } from '../../app/domain/ids.ts';
import type { MessageStatus, NewMessage } from '../../app/domain/message.ts';
import type {
  ApiOutbox,
  CancelResult,
  EnqueueRequest,
  EnqueueResult,
  InboundRecord,
  KeyRecord,
  MessageDetail,
  MessageFilter,
  Page,
  QueueStats,
  ResolveResult,
} from '../../app/outbox/contract.ts';

/** An `ApiOutbox` in memory, with knobs for what the real one does when things go wrong. */
export class FakeOutbox implements ApiOutbox {
  readonly messages: Map<MessageId, MessageDetail> = new Map();
  readonly inbox: InboundRecord[] = [];
  keyRecords: KeyRecord[] = [];
  readonly uncleanStop: boolean = false;
  keyVersion = 1;
  versionReads = 0;

  maxDepth: number = Number.POSITIVE_INFINITY;
  state: ReturnType<ApiOutbox['health']>['state'] = 'ok';
  /** Runs before each enqueue; may throw as the real one does, or wait. */
  beforeCommit: (request: EnqueueRequest) => void | Promise<void> = () => {};
  readonly #idempotency = new Map<string, { hash: string; ids: readonly MessageId[] }>();

  async enqueue(request: EnqueueRequest): Promise<EnqueueResult> {
    await this.beforeCommit(request);
    const owner = request.messages[0]?.keyName ?? '';
    const slot = request.idempotency === null ? null : `${owner} ${request.idempotency.key}`;
    const earlier = slot === null ? undefined : this.#idempotency.get(slot);
    if (earlier !== undefined) {
      return earlier.hash === request.idempotency?.bodyHash
        ? { kind: 'replayed', ids: earlier.ids }
        : { kind: 'idempotency-key-reused' };
    }
    if (this.messages.size + request.messages.length > this.maxDepth) {
      return { kind: 'queue-full', depth: this.messages.size };
    }
    const ids = request.messages.map((message) => message.id);
    if (slot !== null) {
      this.#idempotency.set(slot, { hash: request.idempotency?.bodyHash ?? '', ids });
    }
    for (const message of request.messages) {
      this.messages.set(message.id, detailOf(message));
    }
    return { kind: 'accepted', ids };
  }

  async cancel(id: MessageId): Promise<CancelResult> {
    const message = this.messages.get(id);
    if (message === undefined) {
      return { kind: 'not-found' };
    }
    if (message.status !== 'queued' && message.status !== 'scheduled') {
      return { kind: 'not-cancelable', status: message.status };
    }
    this.setStatus(id, 'canceled');
    return { kind: 'canceled' };
  }

  async cancelMany(
    selection: Parameters<ApiOutbox['cancelMany']>[0],
  ): Promise<{ canceled: number }> {
    let canceled = 0;
    for (const message of this.messages.values()) {
      const chosen =
        selection.by === 'ids'
          ? selection.ids.includes(message.id)
          : selection.by === 'reference'
            ? message.reference === selection.reference
            : message.to === selection.to;
      if (chosen && (await this.cancel(message.id)).kind === 'canceled') {
        canceled += 1;
      }
    }
    return { canceled };
  }

  async resolve(
    id: MessageId,
    action: Parameters<ApiOutbox['resolve']>[1],
  ): Promise<ResolveResult> {
    const message = this.messages.get(id);
    if (message === undefined) {
      return { kind: 'not-found' };
    }
    if (message.status !== 'uncertain') {
      return { kind: 'not-uncertain', status: message.status };
    }
    const status: MessageStatus =
      action === 'resend' ? 'queued' : action === 'sent' ? 'sent' : 'canceled';
    this.setStatus(id, status);
    return { kind: 'resolved', status, partsSent: 0 };
  }

  async getMessage(id: MessageId): Promise<MessageDetail | null> {
    return this.messages.get(id) ?? null;
  }

  async listMessages(filter: MessageFilter): Promise<Page<MessageDetail>> {
    const fitting = [...this.messages.values()]
      .reverse()
      .filter(
        (message) =>
          (filter.status === undefined || message.status === filter.status) &&
          (filter.to === undefined || message.to === filter.to) &&
          (filter.reference === undefined || message.reference === filter.reference) &&
          (filter.sinceMs === undefined || message.createdAtMs >= filter.sinceMs),
      );
    return page(fitting, filter);
  }

  async listInbound(filter: Parameters<ApiOutbox['listInbound']>[0]): Promise<Page<InboundRecord>> {
    const fitting = this.inbox.filter(
      (record) => filter.from === undefined || record.from === filter.from,
    );
    return page(fitting, filter);
  }

  async getInbound(id: InboundId): Promise<InboundRecord | null> {
    return this.inbox.find((record) => record.id === id) ?? null;
  }

  async queueStats(): Promise<QueueStats> {
    throw new GatewayError('not-needed', 'No test asks for it.', { retry: 'never' });
  }

  async keys(): Promise<{ version: number; keys: readonly KeyRecord[] }> {
    return { version: this.keyVersion, keys: this.keyRecords };
  }

  async keysVersion(): Promise<number> {
    this.versionReads += 1;
    return this.keyVersion;
  }

  async addKey(key: KeyRecord): Promise<void> {
    this.keyRecords.push(key);
    this.keyVersion += 1;
  }

  async putKey(key: KeyRecord): Promise<void> {
    this.keyRecords = this.keyRecords.filter(({ hash }) => hash !== key.hash);
    await this.addKey(key);
  }

  async revokeKey(id: KeyId, atMs: number): Promise<boolean> {
    this.keyRecords = this.keyRecords.map((key) =>
      key.id === id ? { ...key, revokedAtMs: atMs } : key,
    );
    this.keyVersion += 1;
    return true;
  }

  async purge(): Promise<number> {
    return 0;
  }

  markDamaged(): void {
    this.state = 'damaged';
  }

  markMissing(): void {
    this.state = 'missing';
  }

  health(): ReturnType<ApiOutbox['health']> {
    return {
      state: this.state,
      freeBytes: null,
      depth: this.messages.size,
      commitP50Ms: null,
      commitP99Ms: null,
      groupSizeP50: null,
    };
  }

  async close(): Promise<void> {}

  setStatus(id: MessageId, status: MessageStatus): void {
    const message = this.messages.get(id);
    if (message !== undefined) {
      this.messages.set(id, { ...message, status });
    }
  }
}

function detailOf(message: NewMessage): MessageDetail {
  return {
    ...message,
    status: message.sendAtMs === null ? 'queued' : 'scheduled',
    attempts: 0,
    sentAtMs: null,
    deliveredAtMs: null,
    errorCode: null,
    queuePosition: 1,
    waitUntilMs: message.sendAtMs,
    parts: Array.from({ length: message.segments }, (_, index) => ({
      number: index + 1,
      status: 'pending' as const,
      reference: null,
    })),
    timeline: [
      { at: new Date(message.createdAtMs).toISOString(), event: 'accepted', detail: null },
    ],
  };
}

/** The cursor of the fake is the number of entries already given. */
function page<T>(
  items: readonly T[],
  { limit, cursor }: { limit: number; cursor?: string },
): Page<T> {
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null };
}
