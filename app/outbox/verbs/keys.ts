import type { KeyId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/scopes.ts';
import type { KeyRecord } from '../contract.ts';
import type { Tx } from '../tx.ts';

export function addKey(tx: Tx, args: { readonly key: KeyRecord }): void {
  const { key } = args;
  tx.sql('INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?)').run(...columnsOf(key));
  tx.add('keys_version', 1);
}

/** In the order of the table. */
function columnsOf(key: KeyRecord): readonly unknown[] {
  return [
    key.id,
    key.name,
    key.hash,
    JSON.stringify(key.scopes),
    JSON.stringify(key.allow),
    key.createdAtMs,
    key.revokedAtMs,
  ];
}

/**
 * As `addKey`, but the same record changes nothing, and a new record of a key whose text is stored
 * replaces it, in force again. The addresses it may come from stay where the record names none. The
 * record's id goes with it: so the same record once more is known, and undoes no later revocation.
 */
export function putKey(tx: Tx, args: { readonly key: KeyRecord }): void {
  const { key } = args;
  const { changes } = tx
    .sql(
      `INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING
       ON CONFLICT (hash) DO UPDATE SET
         id = excluded.id, name = excluded.name, scopes = excluded.scopes,
         allow = CASE excluded.allow WHEN '[]' THEN allow ELSE excluded.allow END,
         revoked_at_ms = excluded.revoked_at_ms`,
    )
    .run(...columnsOf(key));
  if (changes === 1) {
    tx.add('keys_version', 1);
  }
}

/** False when no such key is in force. */
export function revokeKey(tx: Tx, args: { readonly id: KeyId; readonly atMs: number }): boolean {
  const { changes } = tx
    .sql('UPDATE api_keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL')
    .run(args.atMs, args.id);
  if (changes === 1) {
    tx.add('keys_version', 1);
  }
  return changes === 1;
}

export function keysVersion(tx: Tx): number {
  return Number(tx.sql('SELECT keys_version FROM counters').pluck().get());
}

/** The keys in force. Version first: a change in between shows as a version that is too low. */
export function keys(tx: Tx): { readonly version: number; readonly keys: readonly KeyRecord[] } {
  const version = keysVersion(tx);
  const rows = tx
    .sql('SELECT * FROM api_keys WHERE revoked_at_ms IS NULL ORDER BY created_at_ms, id')
    .all() as {
    id: KeyId;
    name: string;
    hash: string;
    scopes: string;
    allow: string;
    created_at_ms: number;
    revoked_at_ms: number | null;
  }[];
  return {
    version,
    keys: rows.map((row) => ({
      id: row.id,
      name: row.name,
      hash: row.hash,
      scopes: JSON.parse(row.scopes) as Scope[],
      allow: JSON.parse(row.allow) as string[],
      createdAtMs: row.created_at_ms,
      revokedAtMs: row.revoked_at_ms,
    })),
  };
}
