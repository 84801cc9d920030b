import type { ModemContext } from './context.ts';
import { OPERATOR } from './radio.ts';

/** What follows `<n>,` in `+CREG:` and, alone, in its unasked form (27.007 §7.2). */
export function registrationFields(modem: ModemContext, key: 'creg' | 'cgreg' | 'cereg'): string {
  const { stat, registered } = modem.radio;
  if (modem.settings[key] < 2 || !registered) {
    return String(stat);
  }
  return `${stat},"${OPERATOR.lac}","${OPERATOR.cell}",${modem.profile.access}`;
}

/** Tells the programs that asked for it that registration changed. */
export function announceRegistration(modem: ModemContext): void {
  for (const key of ['creg', 'cgreg', 'cereg'] as const) {
    if (modem.settings[key] > 0) {
      modem.urc(`+${key.toUpperCase()}: ${registrationFields(modem, key)}`);
    }
  }
}
