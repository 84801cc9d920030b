/** Fills and returns `length` random octets. Production hands in `crypto.randomBytes`. */
export type Random = (length: number) => Uint8Array;
