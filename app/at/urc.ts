import type { Urc } from './at-types.ts';
import { bootStage, lineName } from './line-kinds.ts';
import type { Entry } from './line-pairing.ts';

/** What nothing waits for, as announcements; a PDU under a header of no known kind is its own line. */
export function toUrcs(entry: Entry): readonly Urc[] {
  const { line, pdu } = entry;
  const name = lineName(line);
  if (pdu !== null) {
    return name === '+CMT' || name === '+CDS' || name === '+CBM'
      ? [{ kind: 'pdu', name, line, pdu }]
      : [
          { kind: 'line', name, line },
          { kind: 'line', name: null, line: pdu },
        ];
  }
  const stage = bootStage(line);
  return [stage === null ? { kind: 'line', name, line } : { kind: 'boot', stage, line }];
}
