import type { Random } from '../domain/random.ts';

/**
 * Ids for `X-Request-Id`: a prefix drawn once per process and a counter, so that one is cheap and
 * none repeats. What a client sends under that name is not taken over.
 */
export function requestIds(random: Random): () => string {
  const prefix = `${Buffer.from(random(6)).toString('hex')}-`;
  let count = 0;
  return () => {
    count += 1;
    return prefix + count.toString(36);
  };
}
