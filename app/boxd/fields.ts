/** How a field of a request is checked; true when the value may be used. */
export type Check = (value: unknown) => boolean;

export function wholeNumber(least: number, most: number): Check {
  return (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

export function matching(pattern: RegExp): Check {
  return (value) => typeof value === 'string' && value.length <= 64 && pattern.test(value);
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

/** The first name that is missing, wrong or unknown; null when all is well. */
export function wrongField(
  request: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
): string | null {
  const known = new Map(Object.entries(checks));
  for (const name of Object.keys(request)) {
    if (name !== 'verb' && !known.has(name)) {
      return name;
    }
  }
  for (const [name, check] of known) {
    if (!check(Object.hasOwn(request, name) ? request[name] : undefined)) {
      return name;
    }
  }
  return null;
}
