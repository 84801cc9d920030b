/** Country calling codes of one digit, then of two; all others have three (ITU-T E.164). */
const ONE_DIGIT = /^[17]/;
const TWO_DIGITS = /^(20|27|3[0-4]|36|39|4[0-1]|4[3-9]|5[1-8]|6[0-6]|8[1246]|9[0-5]|98)/;

/** `+62 896•••901`: enough to recognise one's own number, too little to call a stranger. */
export function maskNumber(address: string): string {
  const digits = address.replace(/\D/g, '');
  if (!address.startsWith('+') || digits.length < 9) {
    return digits.length > 4 ? `•••${digits.slice(-2)}` : '•••';
  }
  const country = digits.slice(0, ONE_DIGIT.test(digits) ? 1 : TWO_DIGITS.test(digits) ? 2 : 3);
  const national = digits.slice(country.length);
  return `+${country} ${national.slice(0, 3)}•••${national.slice(-3)}`;
}

/** `…4417`, or null. */
export function lastFour(value: string | null): string | null {
  return value === null ? null : `…${value.slice(-4)}`;
}
