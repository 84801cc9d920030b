import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from './group.ts';
import { type AnyRead, READS, type Reads } from './reads/read-table.ts';
import { Sql } from './reads/sql.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { sqliteCode, storageError, toWire } from './storage-error.ts';

export interface ReadRequest {
  readonly id: number;
  readonly name: keyof Reads;
  readonly args: unknown;
}
export interface ReadReply {
  readonly id: number;
  readonly outcome: Outcome<unknown>;
}

/** The thread that lists and looks up, so that neither the event loop nor a commit waits for it. */
const { file } = workerData as { readonly file: string };
let sql: Sql | undefined;

function answer(request: ReadRequest): Outcome<unknown> {
  try {
    sql ??= retryWhileBusy(() => new Sql(file));
    const open = sql;
    const read = READS[request.name] as AnyRead;
    return { ok: true, value: retryWhileBusy(() => read(open, request.args as never)) };
  } catch (error) {
    const wire = sqliteCode(error) === '' ? toWire(error) : storageError(error, file, false);
    return { ok: false, error: wire };
  }
}

parentPort?.on('message', (request: ReadRequest | 'close') => {
  if (request === 'close') {
    sql?.close();
    parentPort?.close();
    return;
  }
  const reply: ReadReply = { id: request.id, outcome: answer(request) };
  parentPort?.postMessage(reply);
});
