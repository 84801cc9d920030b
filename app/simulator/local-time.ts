/** The simulated network stands in Jakarta, UTC+7: 28 quarters of an hour. */
export const NETWORK_ZONE_QUARTERS = 28;

/** `yy/MM/dd,hh:mm:ss+zz` in the network's local time (27.007 §8.15, 27.005 §3.1). */
export function localTime(wallMs: number): string {
  const iso = new Date(wallMs + NETWORK_ZONE_QUARTERS * 15 * 60_000).toISOString();
  return `${iso.slice(2, 10).replaceAll('-', '/')},${iso.slice(11, 19)}+${NETWORK_ZONE_QUARTERS}`;
}
