import type { Language } from '../domain/conditions/format.ts';
import type { StatusDocument } from './status-document.ts';
import { LAMP_WORDS, say, type WordKey } from './words.ts';

export type ShownLamp = StatusDocument['can']['accept'] | 'simulated';

/** The three lamps as page and terminal show them: no "yes" or "no" about SMS that are not real. */
export function shownLamps(status: StatusDocument): readonly (readonly [WordKey, ShownLamp])[] {
  const radio = (lamp: ShownLamp): ShownLamp =>
    status.demo && status.verdict.severity !== 'down' ? 'simulated' : lamp;
  return [
    ['accepts', status.can.accept],
    ['sends', radio(status.can.send)],
    ['receives', radio(status.can.receive)],
  ];
}

export function lampWord(lamp: ShownLamp, lang: Language): string {
  return lamp === 'simulated' ? say('simulated', lang) : LAMP_WORDS[lamp][lang];
}
