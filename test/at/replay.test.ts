import { test } from 'node:test';
import type { Urc } from '../../app/at/at-types.ts';
import { type Disturbance, loadDialogues, replay, speeches } from '../support/at-replay.ts';

const WHOLE: Disturbance = { echo: false, cut: (text) => [text], insert: (text) => text };
const BY_OCTET: Disturbance = { ...WHOLE, cut: (text) => text.split('') };

/** A report of another send, 25 octets of TPDU. */
const REPORT = '0006110B912618112233F4621112019025826211120190258200';

/** What comes in between: one line, the one that looks like an answer, one with a PDU. */
const ANNOUNCEMENTS: readonly { readonly text: string; readonly urc: Urc }[] = [
  { text: '\r\n^RSSI:18\r\n', urc: { kind: 'line', name: '^RSSI', line: '^RSSI:18' } },
  { text: '\r\n+CREG: 2\r\n', urc: { kind: 'line', name: '+CREG', line: '+CREG: 2' } },
  {
    text: `\r\n+CDS: 25\r\n${REPORT}\r\n`,
    urc: { kind: 'pdu', name: '+CDS', line: '+CDS: 25', pdu: REPORT },
  },
];

/** Where a line may begin in `text`, and where it ended. */
function lineBoundaries(text: string): readonly number[] {
  return Array.from({ length: text.length + 1 }, (_, at) => at).filter(
    (at) => (at === 0 || text[at - 1] === '\n' || at === text.length) && !insideQuotes(text, at),
  );
}

function insideQuotes(text: string, at: number): boolean {
  return (text.slice(0, at).split('"').length - 1) % 2 === 1;
}

for (const dialogue of loadDialogues()) {
  for (const echo of [false, true]) {
    const how = echo ? 'echo on' : 'echo off';

    test(`${dialogue.title} (${how}), cut at every octet`, async () => {
      await replay(dialogue, { ...WHOLE, echo });
      await replay(dialogue, { ...BY_OCTET, echo });
      for (const [chunk, speech] of speeches(dialogue).entries()) {
        const length = speech.text.length + (echo ? speech.echo.length : 0);
        for (let at = 1; at < length; at += 1) {
          await replay(dialogue, {
            ...WHOLE,
            echo,
            cut: (text, now) => (now === chunk ? [text.slice(0, at), text.slice(at)] : [text]),
          });
        }
      }
    });

    test(`${dialogue.title} (${how}), an announcement at every line boundary`, async () => {
      for (const { text: announcement, urc } of ANNOUNCEMENTS) {
        for (const [chunk, speech] of speeches(dialogue).entries()) {
          for (const at of lineBoundaries(speech.text)) {
            for (const base of [WHOLE, BY_OCTET]) {
              await replay(
                dialogue,
                {
                  ...base,
                  echo,
                  insert: (text, now) =>
                    now === chunk ? text.slice(0, at) + announcement + text.slice(at) : text,
                },
                [urc],
              );
            }
          }
        }
      }
    });
  }
}
