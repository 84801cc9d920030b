/**
 * Values of `names` (in their order) from an `application/x-www-form-urlencoded` text (WHATWG URL
 * §5.1), `null` where one is absent. Strict: a broken escape or octets that are not UTF-8 are
 * `malformed`, and a name that comes twice is reported instead of guessed about.
 */
export function formFields(
  encoded: string,
  names: readonly string[],
): { readonly values: readonly (string | null)[] } | { readonly repeated: string } | 'malformed' {
  const values: (string | null)[] = names.map(() => null);
  let start = 0;
  while (start < encoded.length) {
    let end = encoded.indexOf('&', start);
    if (end === -1) {
      end = encoded.length;
    }
    const equals = encoded.indexOf('=', start);
    const nameEnd = equals === -1 || equals > end ? end : equals;
    const name = decode(encoded.slice(start, nameEnd));
    const index = name === null ? -1 : names.indexOf(name);
    if (name === null) {
      return 'malformed';
    }
    if (index !== -1) {
      const value = decode(encoded.slice(Math.min(nameEnd + 1, end), end));
      if (value === null) {
        return 'malformed';
      }
      if (values[index] !== null) {
        return { repeated: name };
      }
      values[index] = value;
    }
    start = end + 1;
  }
  return { values };
}

function decode(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) {
    return spaced;
  }
  try {
    return decodeURIComponent(spaced);
  } catch {
    return null;
  }
}
