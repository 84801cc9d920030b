import { formatAge, formatNumber, type TextContext } from '../domain/conditions/format.ts';
import { type Html, html } from './html.ts';
import { facts, number, seconds } from './page-parts.ts';
import { bars } from './page-shapes.ts';
import type { ModemDocument, StatusDocument } from './status-document.ts';
import { MODEM_WORDS, REGISTRATION_WORDS, SIGNAL_WORDS, SIM_WORDS, say } from './words.ts';

/** Signal and SIM of each modem, open: the first thing a technician looks at. */
export function radioCards(status: StatusDocument, context: TextContext): readonly Html[] {
  const { lang } = context;
  if (status.modems.length === 0) {
    return [
      html`<section class="card"><h2>${say('radio', lang)}</h2><p class="note">${say('noModems', lang)}</p></section>`,
    ];
  }
  return status.modems.map((modem) => radioCard(modem, status.modems.length > 1, context));
}

function radioCard(modem: ModemDocument, several: boolean, context: TextContext): Html {
  const { lang } = context;
  const { radio, sim } = modem;
  const strength = radio.signalBars === null ? null : SIGNAL_WORDS[radio.signalBars];
  const range =
    radio.signalMin1hDbm === null || radio.signalMax1hDbm === null
      ? null
      : `${number(radio.signalMin1hDbm, context)} … ${number(radio.signalMax1hDbm, context)} dBm`;
  const operator = [
    radio.operator ?? '–',
    radio.access,
    REGISTRATION_WORDS[radio.registration][lang],
  ];
  const storage =
    sim.storageUsed === null ? null : `${sim.storageUsed} / ${sim.storageTotal ?? '?'}`;
  return html`<section class="card">
    <h2>${say('radio', lang)}${several ? ` · ${modem.id}` : null}</h2>
    <p class="big">${bars(radio.signalBars)}${
      radio.signalDbm === null ? '? dBm' : `${formatNumber(radio.signalDbm, lang)} dBm`
    } <small>${strength?.[lang] ?? say('unknown', lang)}${
      radio.ageSeconds === null ? null : ` (${formatAge(radio.ageSeconds, lang)})`
    }</small></p>
    ${facts([
      [say('network', lang), operator.filter((part) => part !== null).join(' · ')],
      [say('hourMinMax', lang), range],
      ['SIM', `${SIM_WORDS[sim.state][lang]}${sim.iccid === null ? '' : ` · ${sim.iccid}`}`],
      [say('pinTries', lang), sim.state === 'pin' ? number(sim.pinTriesLeft, context) : null],
      [say('smsc', lang), sim.smsc],
      [say('simStorage', lang), storage],
    ])}
  </section>`;
}

/** The modems themselves, folded. */
export function modemDetails(status: StatusDocument, context: TextContext): readonly Html[] {
  const { lang } = context;
  return status.modems.map((modem) => {
    const { sending, recovery } = modem;
    const summary = [modem.family ?? modem.id, MODEM_WORDS[modem.state][lang]].join(' · ');
    const answered =
      modem.lastAnswerAgeSeconds === null
        ? null
        : `${formatAge(modem.lastAnswerAgeSeconds, lang)} ${say('ago', lang)}`;
    return html`<details class="card"><summary><h2>${say('modem', lang)}</h2><span class="sum">${summary}</span></summary>
      ${facts([
        [modem.id, modem.port],
        [say('state', lang), MODEM_WORDS[modem.state][lang]],
        ['IMEI', modem.imei],
        ['Firmware', modem.firmware],
        [say('lastAnswer', lang), answered],
        [say('recoveries', lang), `${recovery.count7d}×`],
        [
          say('sendTime', lang),
          `${seconds(sending.sendP50Ms, context)} / ${seconds(sending.sendP95Ms, context)}`,
        ],
        [
          say('sentToday', lang),
          `${number(sending.sentToday, context)}${sending.dailyCap === null ? '' : ` / ${number(sending.dailyCap, context)}`}`,
        ],
        [say('rejectedInRow', lang), number(sending.rejectedInRow, context)],
      ])}
    </details>`;
  });
}
