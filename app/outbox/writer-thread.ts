import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { noteStart, noteStop } from './clean-stop.ts';
import type { FromWriter, Group, ToWriter, WriterOptions } from './group.ts';
import { ensureDatabase } from './migrate.ts';
import { sqliteCode, storageError, toWire } from './storage-error.ts';
import { createWriter, type Writer } from './writer.ts';

/** The thread around a `Writer`: opens the database, then answers
 * each transaction with one message. */
const options = workerData as WriterOptions;

function post(message: FromWriter): void {
  parentPort?.postMessage(message);
}

/** Weight of groups from which no further one joins the transaction. */
const FULL_WEIGHT = 500;

/** The group and those that came behind it while the thread was committing. */
function withWaiting(port: MessagePort, first: Group): { groups: Group[]; thenClose: boolean } {
  const groups = [first];
  for (let weight = first.weight; weight < FULL_WEIGHT; ) {
    const received: { message: ToWriter } | undefined = receiveMessageOnPort(port);
    const message = received?.message;
    if (message === undefined || message.type === 'close') {
      return { groups, thenClose: message !== undefined };
    }
    groups.push(message.group);
    weight += message.group.weight;
  }
  return { groups, thenClose: false };
}

function serve(port: MessagePort, writer: Writer): void {
  const close = (): void => {
    if (options.role === 'api') {
      noteStop(writer, options);
    }
    writer.close();
    post({ type: 'closed' });
    port.close();
  };
  port.on('message', (message: ToWriter) => {
    if (message.type === 'close') {
      close();
      return;
    }
    const { groups, thenClose } = withWaiting(port, message.group);
    post({ type: 'reply', reply: writer.run(groups) });
    try {
      writer.checkpointWhenDue();
    } catch (error) {
      post({ type: 'warning', message: `checkpoint: ${toWire(error).message}` });
    }
    if (thenClose) {
      close();
    }
  });
}

try {
  await ensureDatabase(options.file);
  const writer = createWriter(options);
  const start =
    options.role === 'api' ? noteStart(writer, options) : { uncleanStop: false, trouble: null };
  if (parentPort !== null) {
    serve(parentPort, writer);
  }
  post({ type: 'ready', depth: writer.depth, ...start });
} catch (error) {
  const isSqlite = sqliteCode(error) !== '';
  post({
    type: 'failed',
    error: isSqlite ? storageError(error, options.file, false) : toWire(error),
  });
}
