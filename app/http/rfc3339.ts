const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an RFC 3339 §5.6 date-time, or null when it is none. */
export function parseRfc3339(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null) {
    return null;
  }
  const day = Number(match[3]);
  const daysInMonth = new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate();
  const ms = Date.parse(text.toUpperCase().replace(' ', 'T'));
  // `Date.parse` also knows 24:00:00, which RFC 3339 does not.
  return day >= 1 && day <= daysInMonth && Number(match[4]) <= 23 && !Number.isNaN(ms) ? ms : null;
}
