import { parentPort, workerData } from 'node:worker_threads';
import { noteStart, noteStop } from './clean-stop.ts';
import type { FromWriter, ToWriter, WriterOptions } from './group.ts';
import { ensureDatabase } from './migrate.ts';
import { sqliteCode, storageError, toWire } from './storage-error.ts';
import { createWriter, type Writer } from './writer.ts';

/** The thread around a `Writer`: opens the database, then answers each group with one message. */
const options = workerData as WriterOptions;

function post(message: FromWriter): void {
  parentPort?.postMessage(message);
}

function serve(writer: Writer): void {
  parentPort?.on('message', (message: ToWriter) => {
    if (message.type === 'close') {
      if (options.role === 'api') {
        noteStop(writer, options);
      }
      writer.close();
      post({ type: 'closed' });
      parentPort?.close();
      return;
    }
    post({ type: 'reply', reply: writer.run(message.group) });
    try {
      writer.checkpointWhenDue();
    } catch (error) {
      post({ type: 'warning', message: `checkpoint: ${toWire(error).message}` });
    }
  });
}

try {
  await ensureDatabase(options.file);
  const writer = createWriter(options);
  const start =
    options.role === 'api' ? noteStart(writer, options) : { uncleanStop: false, trouble: null };
  serve(writer);
  post({ type: 'ready', depth: writer.depth, ...start });
} catch (error) {
  const isSqlite = sqliteCode(error) !== '';
  post({
    type: 'failed',
    error: isSqlite ? storageError(error, options.file, false) : toWire(error),
  });
}
