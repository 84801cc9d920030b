import type { KeyRow } from '../../app/provision/index.ts';
import { type ProvisionDeps, type Provisioned, provision } from '../../app/provision/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryDisk } from '../support/memory-disk.ts';

/** A box with its card, in memory. */
export class FakeBox {
  readonly disk: MemoryDisk = new MemoryDisk();
  /** What is in the database, by key id. */
  readonly keys: Map<string, KeyRow> = new Map();
  /** Told of each key that is made. */
  readonly made: string[] = [];
  readonly clock: FakeClock = new FakeClock();
  failToAdd: Error | null = null;
  #octet = 0;

  card(name: string): string | null {
    return this.disk.text(`/card/${name}`);
  }

  insert(name: string, data: string | Uint8Array): void {
    this.disk.put(`/card/${name}`, data);
  }

  /** One boot; the run directory is empty at its start. */
  boot(change: Partial<ProvisionDeps> = {}): Promise<Provisioned> {
    for (const path of this.disk.files.keys()) {
      if (path.startsWith('/run/')) {
        this.disk.files.delete(path);
      }
    }
    return provision({
      folder: '/card',
      dataRoot: '/data',
      dataDir: '/data/app',
      boxDir: '/data/box',
      runDir: '/run/pisang',
      modemId: 'modem1',
      disk: this.disk,
      clock: this.clock,
      random: (length) => {
        this.#octet += 1;
        return Buffer.alloc(length, this.#octet);
      },
      makeKey: ({ name, scopes }, text) => {
        const key = text ?? `psg_${String(this.made.length + 1).padStart(40, '0')}`;
        this.made.push(key);
        return { key, row: { id: `key_${this.made.length}`, name, scopes, hash: `of ${key}` } };
      },
      addKeys: async (rows) => {
        if (this.failToAdd !== null) {
          throw this.failToAdd;
        }
        for (const row of rows) {
          this.keys.set(String(row['id']), row);
        }
      },
      keyNames: async () => [...this.keys.values()].map(({ name }) => String(name)),
      apply: async () => {},
      facts: () => [],
      passwordCost: 2,
      ...change,
    });
  }

  /** What RESULT.txt says of `pisang.json`, without title and what changes at each start. */
  result(): string {
    const [, said = ''] = (this.card('RESULT.txt') ?? '')
      .replaceAll('\r\n', '\n')
      .split('card\n\n');
    return said.split('\n\n--- since')[0] ?? '';
  }
}
