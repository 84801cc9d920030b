/**
 * Takes out of a log or a JSON text what must not leave the box: keys, webhook secrets, bearer
 * tokens and long numbers (phones, IMEI, ICCID), of which the last three digits stay.
 */
export function maskText(text: string): string {
  return text
    .replaceAll(/\b(psg|whsec)_[A-Za-z0-9_-]+/g, '$1_(secret)')
    .replaceAll(/(bearer\s+)[^\s"']+/gi, '$1(secret)')
    .replaceAll(/("(?:pin|puk|text)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi, '$1"(hidden)"')
    .replaceAll(/(?<![0-9A-Za-z.:-])\+?\d{8,20}(?![0-9A-Za-z.:-])/g, (number) =>
      isTime(number) ? number : `•••${number.slice(-3)}`,
    );
}

/** Milliseconds since 1970 of this century's first half. */
function isTime(digits: string): boolean {
  return /^1[0-9]{12}$/.test(digits);
}
