import { PROBLEMS, type ProblemCode } from '../problem-table.ts';
import { schemaRef } from './schema-ref.ts';

/** Refusals that every call can meet. */
export const EVERYWHERE: readonly ProblemCode[] = [
  'bad-request',
  'foreign-host',
  'expectation-failed',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'shutting-down',
  'too-many-connections',
];
/** Refusals of calls that need a key. */
export const WITH_KEY: readonly ProblemCode[] = [
  'key-missing',
  'key-unknown',
  'address-refused',
  'scope-missing',
  'rate-limited',
  'too-many-bad-keys',
];
/** Refusals of calls with a body. */
export const WITH_BODY: readonly ProblemCode[] = [
  'bad-json',
  'bad-utf8',
  'body-too-large',
  'media-type-unsupported',
  'transfer-coding-unsupported',
  'invalid-fields',
];

/** Refusals by status, their codes named; statuses of `taken` have another meaning already. */
export function refusals(
  codes: readonly ProblemCode[],
  taken: ReadonlySet<string>,
): Record<string, { description: string; content: object }> {
  const byStatus = new Map<string, Set<ProblemCode>>();
  for (const code of codes) {
    const status = String(PROBLEMS[code].status);
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const answers: Record<string, { description: string; content: object }> = {};
  for (const [status, names] of byStatus) {
    if (!taken.has(status)) {
      answers[status] = {
        description: [...names].map((code) => `\`${code}\` ${PROBLEMS[code].title}`).join(' · '),
        content: { 'application/problem+json': { schema: schemaRef('Problem') } },
      };
    }
  }
  return answers;
}
