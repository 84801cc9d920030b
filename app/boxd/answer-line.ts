import type { Logger } from '../domain/logger.ts';
import { wrongField } from './fields.ts';
import { PLACES } from './programs.ts';
import type { Reply, VerbContext } from './reply.ts';
import { VERBS } from './verbs.ts';

/** Answers one line. Never rejects: whatever the line holds, there is a reply. */
export async function answerLine(
  line: string,
  context: VerbContext,
  logger: Logger,
): Promise<Reply> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    return refused('bad-json', 'A request is one JSON object on one line.');
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return refused('bad-json', 'A request is one JSON object on one line.');
  }
  const fields = request as Readonly<Record<string, unknown>>;
  const name = Object.hasOwn(fields, 'verb') ? fields['verb'] : undefined;
  const verb = typeof name === 'string' ? VERBS.get(name) : undefined;
  if (verb === undefined) {
    return refused('unknown-verb', `The verbs are ${[...VERBS.keys()].join(', ')}.`);
  }
  const wrong = wrongField(fields, verb.fields);
  if (wrong !== null) {
    return refused('bad-field', `The field ${JSON.stringify(wrong.slice(0, 64))} is wrong.`);
  }
  try {
    if (verb.notOnTrial === true && context.machine.exists(PLACES.trial)) {
      return refused(
        'on-trial',
        'A new version is being tried. Wait until it is kept or the old one is back: up to 15 minutes, longer with many messages.',
      );
    }
    const reply = await verb.act(fields, context);
    logger.info({ verb: name, ok: reply.ok }, 'asked');
    return reply;
  } catch (error) {
    logger.error({ verb: name, err: error }, 'a verb failed');
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
    return refused('failed', `It could not be done (${reason}).`);
  }
}

function refused(code: string, detail: string): Reply {
  return { ok: false, code, detail };
}
