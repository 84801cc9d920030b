import { readFileSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import type { Faults } from './faults.ts';

/** Larger files are refused unread. */
const MAX_BYTES = 65_536;

/**
 * Keeps a fault set in step with a JSON file: read at the start, when the folder says that it
 * changed, and (through `refresh`) before each send, so that a test that has written the file need
 * not wait. A file that is missing means no faults; one that is wrong later keeps the last good set.
 */
export class FaultsFile {
  readonly #path: string;
  readonly #faults: Faults;
  readonly #logger: Logger;
  #version = '';
  readonly #stop: () => void;

  /** Throws GatewayError `bad-faults` when the file is there and wrong. */
  constructor(path: string, faults: Faults, logger: Logger) {
    this.#path = path;
    this.#faults = faults;
    this.#logger = logger;
    this.#load();
    if (this.#version === 'none') {
      logger.warn({ path }, 'the faults file is not there; none are played until it is');
    }
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path)) {
        this.refresh();
      }
    });
    watcher.on('error', (error) => logger.warn({ err: error }, 'faults file is not watched'));
    this.#stop = () => watcher.close();
  }

  /** Reads the file again if it is not the one read last. */
  refresh(): void {
    try {
      this.#load();
    } catch (error) {
      this.#logger.warn({ err: error }, 'faults file not used; the last good set stays');
    }
  }

  close(): void {
    this.#stop();
  }

  #load(): void {
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const version = stat === undefined ? 'none' : `${stat.ino}-${stat.size}-${stat.mtimeNs}`;
    if (version === this.#version) {
      return;
    }
    this.#version = version;
    if (stat !== undefined && stat.size > MAX_BYTES) {
      throw new GatewayError('bad-faults', `${this.#path} is over ${MAX_BYTES} octets long.`, {
        retry: 'never',
      });
    }
    const text = stat === undefined ? '' : readFileSync(this.#path, 'utf8').trim();
    this.#faults.replace(text === '' ? {} : parse(text, this.#path));
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('bad-faults', `${path} is not JSON.`, { retry: 'never', cause });
  }
}
