import { isPlainUrc, lineName } from './line-kinds.ts';

/** Their set form never answers with information; a line with the name is an announcement. */
const SILENT_SETTERS: ReadonlySet<string> = new Set([
  '+CREG',
  '+CGREG',
  '+CEREG',
  '+C5GREG',
  '+CUSD',
  '+CFUN',
  '+CPIN',
  '+CTZR',
  '+CTZU',
  '+CNMI',
  '+COPS',
]);

/** The answer to a read has `<n>,<stat>`; the announcement has `<stat>` first (27.007 §7.2). */
const REGISTRATION: ReadonlySet<string> = new Set(['+CREG', '+CGREG', '+CEREG', '+C5GREG']);

/** Tells the information lines of one command from announcements that come meanwhile. */
export class ExpectedLines {
  readonly #prefixes: readonly string[];
  readonly #anyText: boolean;
  readonly #name: string | null;

  constructor(command: string, prefixes: readonly string[] | undefined, anyText: boolean) {
    this.#name = /^AT([+^*#%$&!][A-Za-z0-9_]+)/i.exec(command)?.[1]?.toUpperCase() ?? null;
    const isSet = /^AT[^=?]+=[^?]/i.test(command);
    this.#prefixes =
      prefixes ??
      (this.#name === null || (isSet && SILENT_SETTERS.has(this.#name)) ? [] : [`${this.#name}:`]);
    this.#anyText = anyText;
  }

  has(line: string): boolean {
    const prefix = this.#prefixes.find((candidate) => line.startsWith(candidate));
    if (prefix !== undefined) {
      return !REGISTRATION.has(prefix.replace(/: ?$/, '')) || isRegistrationAnswer(line);
    }
    if (!this.#anyText) {
      return false;
    }
    const name = lineName(line);
    return name === null ? !isPlainUrc(line) : name === this.#name;
  }
}

function isRegistrationAnswer(line: string): boolean {
  const fields = line.slice(line.indexOf(':') + 1).split(',');
  return (fields[0] ?? '').includes('(') || /^ *\d{1,2} *$/.test(fields[1] ?? '');
}
