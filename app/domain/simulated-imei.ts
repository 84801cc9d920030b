import { luhnDigit } from './luhn.ts';

/**
 * How every simulated modem's IMEI begins. A type allocation code that starts with `00` is set
 * aside for tests (GSMA TS.06), so no modem on sale carries it.
 */
const SIMULATED_IMEI_PREFIX = '004999';

/** The IMEI of a simulated modem: prefix, two digits for the model, six for the device, Luhn digit. */
export function simulatedImei(model: number, serial: number): string {
  const body =
    SIMULATED_IMEI_PREFIX +
    String(model % 100).padStart(2, '0') +
    String(serial % 1_000_000).padStart(6, '0');
  return body + luhnDigit(body);
}

export function isSimulatedImei(imei: string): boolean {
  return imei.startsWith(SIMULATED_IMEI_PREFIX);
}
