import {
  formatAge,
  formatCode,
  formatEta,
  formatNumber,
  type Language,
} from '../domain/conditions/format.ts';
import { lampWord, shownLamps } from './shown-lamps.ts';
import type { StatusDocument } from './status-document.ts';
import { MESSAGE_WORDS, SIM_WORDS, say } from './words.ts';

const HEALTH_WORDS = { healthy: 'OK', degraded: 'DEGRADED', down: 'DOWN' } as const;
/** What a Nagios check leaves with. */
export const EXIT_CODES: Readonly<Record<StatusDocument['health'], number>> = {
  healthy: 0,
  degraded: 1,
  down: 2,
};
const MOST_LINES = 25;

/** What a terminal shows: the verdict with performance data, then the same facts as the page. */
export function renderText(status: StatusDocument, lang: Language = 'en'): string {
  const { verdict, queue, modems, messages, conditions, lastError } = status;
  const word = (key: Parameters<typeof say>[0]): string => say(key, lang);
  const number = (value: number | null): string =>
    value === null ? '?' : formatNumber(value, lang);
  const also = conditions.filter((other) => other.hiddenBy === null && other.code !== verdict.code);
  const eta =
    queue.queueDepth === 0
      ? []
      : [
          `${word('done')} ${queue.drainEtaSeconds === null ? word('etaUnknown') : formatEta(queue.drainEtaSeconds, lang)}`,
        ];
  const lines = [
    `${HEALTH_WORDS[status.health]} - ${verdict.title[lang]} | ${performance(status)}`,
    `→ ${verdict.action[lang]} [${verdict.code}]`,
    ...also.slice(0, 5).map((other) => `${word('also')}: ${other.title[lang]} [${other.code}]`),
    ...(also.length > 5 ? [`… ${also.length - 5}`] : []),
    shownLamps(status)
      .map(([key, lamp]) => `${word(key)}: ${lampWord(lamp, lang)}`)
      .join(' · '),
    [
      `${word('queue')}: ${number(queue.queueDepth)} / ${number(queue.queueLimit)}`,
      `${word('uncertain')} ${number(queue.uncertain)}`,
      ...eta,
    ].join(' · '),
    ...modems
      .slice(0, 4)
      .map((modem) =>
        [
          `${modem.id}: ${modem.state}`,
          `SIM ${SIM_WORDS[modem.sim.state][lang]}`,
          modem.radio.operator ?? modem.radio.registration,
          modem.radio.signalDbm === null ? '? dBm' : `${number(modem.radio.signalDbm)} dBm`,
        ].join(' · '),
      ),
    ...(lastError === null
      ? []
      : [`${word('lastError')}: ${lastError.title[lang]} (${formatCode(lastError.code)})`]),
    ...messages
      .slice(0, 5)
      .map((message) => `${message.to}  ${MESSAGE_WORDS[message.status][lang]}  ${message.id}`),
    `${word('box')}: ${status.box.version} · ${word('uptime')} ${formatAge(status.uptimeSeconds, lang, 'down')}`,
  ];
  return `${lines.slice(0, MOST_LINES).join('\n')}\n`;
}

/** `name=value;warn;critical;min;max` as the plugin guidelines write it; unknown values are left out. */
function performance({ queue, modems, box }: StatusDocument): string {
  const signal = modems[0]?.radio.signalDbm ?? null;
  const values: readonly (readonly [string, number | null, string])[] = [
    ['queue', queue.queueDepth, `;${Math.floor(queue.queueLimit * 0.8)};${queue.queueLimit};0`],
    ['uncertain', queue.uncertain, ';1'],
    ['oldest', queue.oldestQueuedAgeSeconds, 's;60;300'],
    ['signal_dbm', signal, ''],
    ['disk_free', box.diskFreeBytes, 'B'],
  ];
  return values
    .filter(([, value]) => value !== null)
    .map(([name, value, rest]) => `${name}=${value}${rest}`)
    .join(' ');
}
