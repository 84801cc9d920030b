import { type Connection, openReader, type Statement } from '../connection.ts';

/** A reading connection with its statements compiled once. */
export class Sql {
  readonly #db: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(file: string) {
    this.#db = openReader(file);
  }

  of(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  close(): void {
    this.#db.close();
  }
}
