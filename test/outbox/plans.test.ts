import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type Connection, openWriter } from '../../app/outbox/connection.ts';
import { migrate } from '../../app/outbox/index.ts';
import { LIST_STATEMENTS } from '../../app/outbox/reads/list-messages.ts';
import { tempFolder } from './fixtures.ts';

let temp: ReturnType<typeof tempFolder>;
let db: Connection;
beforeEach(() => {
  temp = tempFolder();
  migrate(temp.file);
  db = openWriter(temp.file);
});
afterEach(() => {
  db.close();
  temp.remove();
});

function plan(sql: string): string {
  const statement = db.prepare(`EXPLAIN QUERY PLAN ${sql}`);
  const count = (sql.match(/\?/g) ?? []).length;
  const rows = statement.all(...Array.from({ length: count }, () => null)) as { detail: string }[];
  return rows.map((row) => row.detail).join('\n');
}

test('every list filter leads by an index and needs no sorting', () => {
  const indexes = {
    reference: 'messages_reference',
    to: 'messages_recipient',
    status: 'messages_status',
    all: 'INTEGER PRIMARY KEY',
  };
  for (const [filter, index] of Object.entries(indexes)) {
    const detail = plan(LIST_STATEMENTS[filter as keyof typeof indexes]);
    assert.match(detail, /^SEARCH messages USING /, filter);
    assert.ok(detail.includes(index), `${filter}: ${detail}`);
    assert.doesNotMatch(detail, /SCAN|TEMP B-TREE/, filter);
  }
});

/** The statements as they stand in the source, with the constants that they are made of. */
function statementsOf(folder: string): { readonly file: string; readonly sql: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      const constants = new Map(
        [
          ...source.matchAll(/const ([A-Z_]+)(?:: \w+)? =\s*(?:'([^']*)'|"([^"]*)"|([\d_]+));/g),
        ].map((match) => [
          match[1] ?? '',
          match[2] ?? match[3] ?? match[4]?.replaceAll('_', '') ?? '',
        ]),
      );
      const fill = (text: string): string =>
        text.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => constants.get(name) ?? whole);
      return [
        ...source.matchAll(/`((?:SELECT|UPDATE|DELETE)[^`]*)`|'((?:SELECT|UPDATE|DELETE)[^']*)'/g),
      ]
        .map((match) => fill(fill(match[1] ?? match[2] ?? '')))
        .map((sql) => sql.replace(/\$\{onRoute[^}]*\}/, ''))
        .filter((sql) => /FROM|UPDATE/.test(sql) && !sql.includes('${'))
        .map((sql) => ({ file, sql }));
    });
}

test('no statement of the room walks through a table that grows', () => {
  const statements = ['app/outbox/verbs', 'app/outbox/reads', 'app/outbox'].flatMap(statementsOf);
  assert.ok(statements.length > 40, `${statements.length} statements were found`);
  const walks = statements
    .map(({ file, sql }) => ({ file, sql, detail: plan(sql.replace(/@\w+/g, '?')) }))
    .filter(({ detail }) =>
      // A partial index holds only what waits; a walk through it with a LIMIT is what it is for.
      /SCAN (messages|parts|events|event_outbox|inbound|inbound_parts|idempotency)(?! USING (COVERING )?INDEX messages_(ready|waiting|perishable))/.test(
        detail,
      ),
    )
    .filter(({ sql }) => !/LIMIT|max\(seq\)/.test(sql));
  assert.deepEqual(walks, []);
});
