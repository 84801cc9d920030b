/** Labels of the light in the boards' device trees (M1; Pro; M2 Ultra and M2 Berry). The red one tells the power. */
export const LED_NAMES: readonly string[] = [
  'bananapi:green:usr',
  'bananapro:green:usr',
  'bananapi:green:user',
];

/** The unit of systemd that loads the pattern trigger: the kernel does not when it is chosen. */
export const LED_TRIGGER_UNIT = 'modprobe@ledtrig_pattern.service';

/** What the light can say; the numbers are so many blinks and a pause. */
export const LED_STATES: readonly string[] = ['off', 'on', 'ok', 'demo', ...'123456789'.split('')];

/** The most that a light on a GPIO knows; the kernel refuses a pattern with more. */
const ON = 1;
const SHORT_MS = 200;
const PAUSE_MS = 1_500;

/**
 * For the kernel's pattern trigger (Documentation/leds/ledtrig-pattern): brightness and milliseconds
 * in turn; each step is given twice, so that the light jumps instead of fading.
 */
export function ledPattern(state: string): string {
  const step = (brightness: number, ms: number): string => `${brightness} ${ms} ${brightness} 0`;
  switch (state) {
    case 'off':
      return step(0, 1_000);
    case 'on':
      return step(ON, 1_000);
    case 'ok':
      return [step(ON, 100), step(0, 4_900)].join(' ');
    case 'demo':
      return [step(ON, 1_000), step(0, 1_000)].join(' ');
    default:
      return [
        ...Array.from({ length: Number(state) }, () => [step(ON, SHORT_MS), step(0, SHORT_MS)]),
        [step(0, PAUSE_MS)],
      ]
        .flat()
        .join(' ');
  }
}
