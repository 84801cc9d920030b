/** One command of a command line, after 27.007 §4 and V.250 §5.3. */
export interface AtCommand {
  /** Upper case, without `AT`: `+CMGS`, `^CPIN`, `E`, `&F`, `S3`. */
  readonly name: string;
  readonly form: 'exec' | 'read' | 'test' | 'set';
  /** What followed `=`, split at commas outside quotes; quotes removed, absent ones are ''. */
  readonly args: readonly string[];
  /** The command as typed, without `AT`. */
  readonly text: string;
}

const EXTENDED = /^([+^$*#%!][A-Za-z][A-Za-z0-9]*)(=\?|\?|=(.*))?$/s;
const BASIC = /^(&[A-Za-z]|\\[A-Za-z]|S\d+|[A-Za-z])(=\?|\?|=([^;]*)|\d*)/i;

/**
 * Splits what follows `AT` into its commands, in order. Null when it is not well-formed, which a
 * modem answers with ERROR before it runs any of them.
 */
export function parseCommands(body: string): AtCommand[] | null {
  const commands: AtCommand[] = [];
  let rest = body.trim();
  while (rest !== '') {
    if (rest.startsWith(';')) {
      rest = rest.slice(1).trimStart();
      continue;
    }
    const piece = /^[A-Za-z&\\]/.test(rest) ? basic(rest) : extended(rest);
    if (piece === null) {
      return null;
    }
    commands.push(piece.command);
    rest = rest.slice(piece.length).trimStart();
  }
  return commands;
}

interface Piece {
  readonly command: AtCommand;
  readonly length: number;
}

function extended(rest: string): Piece | null {
  const text = rest.slice(0, endOfCommand(rest));
  const match = EXTENDED.exec(text.trim());
  if (match === null) {
    return null;
  }
  const [, name = '', suffix, value] = match;
  return {
    length: text.length,
    command: {
      name: name.toUpperCase(),
      form: formOf(suffix),
      args: value === undefined ? [] : splitArguments(value),
      text: text.trim(),
    },
  };
}

function basic(rest: string): Piece | null {
  if (/^d/i.test(rest)) {
    return {
      length: rest.length,
      command: { name: 'D', form: 'exec', args: [rest.slice(1)], text: rest },
    };
  }
  const match = BASIC.exec(rest);
  if (match === null) {
    return null;
  }
  const [text, name = '', suffix = '', value] = match;
  const digits = /^\d+$/.test(suffix);
  return {
    length: text.length,
    command: {
      name: name.toUpperCase(),
      form: digits || suffix === '' ? 'exec' : formOf(suffix),
      args: digits ? [suffix] : value === undefined ? [] : splitArguments(value),
      text,
    },
  };
}

function formOf(suffix: string | undefined): AtCommand['form'] {
  if (suffix === undefined || suffix === '') {
    return 'exec';
  }
  return suffix === '?' ? 'read' : suffix === '=?' ? 'test' : 'set';
}

/** Where the `;` that ends this command stands, or the end; one inside quotes does not count. */
function endOfCommand(rest: string): number {
  let quoted = false;
  for (let i = 0; i < rest.length; i += 1) {
    if (rest[i] === '"') {
      quoted = !quoted;
    } else if (rest[i] === ';' && !quoted) {
      return i;
    }
  }
  return rest.length;
}

function splitArguments(value: string): string[] {
  const args: string[] = [];
  let current = '';
  let quoted = false;
  for (const char of value) {
    if (char === '"') {
      quoted = !quoted;
    } else if (char === ',' && !quoted) {
      args.push(current.trim());
      current = '';
    } else {
      current += char;
    }
  }
  args.push(current.trim());
  return args;
}
