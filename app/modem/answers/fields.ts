/**
 * The values after the prefix of an information line: `+CREG: 2,1,"0A1B"` → `['2','1','0A1B']`.
 * Quoted commas and bracketed lists stay inside their field; the quotes go, the brackets stay. An
 * empty field is `''`. Never throws, whatever the line is (27.007 §4, V.250 §5.7.2).
 */
export function fieldsOf(line: string): string[] {
  const colon = line.indexOf(':');
  const body = colon < 0 ? line : line.slice(colon + 1);
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let depth = 0;
  for (const char of body.trim()) {
    if (char === '"') {
      quoted = !quoted;
    } else if (char === ',' && !quoted && depth === 0) {
      fields.push(field.trim());
      field = '';
    } else {
      depth += quoted ? 0 : char === '(' ? 1 : char === ')' && depth > 0 ? -1 : 0;
      field += char;
    }
  }
  fields.push(field.trim());
  return fields;
}

/** The first of `lines` that begins with `prefix`, which ends in the colon (`+CSQ:`), or null. */
export function lineWith(lines: readonly string[], prefix: string): string | null {
  return lines.find((line) => line.startsWith(prefix)) ?? null;
}

/** A decimal number of at most nine digits, or null. */
export function numberIn(field: string | undefined): number | null {
  return field !== undefined && /^\d{1,9}$/.test(field) ? Number(field) : null;
}

/**
 * The numbers that one bracketed test answer allows: `(0-3)` → 0…3, `(0,1)` → 0 and 1, `1` → 1.
 * Ranges are cut at 256 members.
 */
export function allowedNumbers(field: string): Set<number> {
  const allowed = new Set<number>();
  for (const item of field.replace(/[()]/g, '').split(',')) {
    const range = /^\s*(\d{1,4})\s*-\s*(\d{1,4})\s*$/.exec(item);
    const single = numberIn(item.trim());
    if (range !== null) {
      const low = Number(range[1]);
      for (let value = low; value <= Math.min(Number(range[2]), low + 255); value++) {
        allowed.add(value);
      }
    } else if (single !== null) {
      allowed.add(single);
    }
  }
  return allowed;
}
