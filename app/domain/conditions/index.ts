import { BOX_CONDITIONS, STARTING } from './box.ts';
import type { Condition, ConditionSource } from './condition.ts';
import { FINE_CONDITIONS } from './fine.ts';
import { HOUSE_CONDITIONS } from './house.ts';
import { MODEM_CONDITIONS } from './modem.ts';
import { NETWORK_CONDITIONS } from './network.ts';
import { OPERATOR_CONDITIONS } from './operator.ts';
import { PAST_CONDITIONS } from './past.ts';
import { QUEUE_CONDITIONS } from './queue.ts';
import { SIM_CONDITIONS } from './sim.ts';

const MODEM_UNUSABLE: readonly [number, number] = [30, 45];
const NETWORK_UNUSABLE: readonly [number, number] = [50, 53];
/** Always on show: somebody has to decide. */
const NEVER_HIDDEN = 'messages-uncertain';

const SOURCES: readonly ConditionSource[] = [
  ...BOX_CONDITIONS,
  ...MODEM_CONDITIONS,
  ...SIM_CONDITIONS,
  ...NETWORK_CONDITIONS,
  ...OPERATOR_CONDITIONS,
  ...QUEUE_CONDITIONS,
  ...HOUSE_CONDITIONS,
  ...PAST_CONDITIONS,
  STARTING,
  ...FINE_CONDITIONS,
];

function within(priority: number, [low, high]: readonly [number, number]): boolean {
  return priority >= low && priority <= high;
}

/** What a condition hides: its own list, and what every cause of its kind hides. */
function hiddenRanges(source: ConditionSource): readonly (readonly [number, number])[] {
  if (within(source.priority, MODEM_UNUSABLE)) {
    return [...source.hides, [50, 58], [65, 67]];
  }
  if (within(source.priority, NETWORK_UNUSABLE)) {
    return [...source.hides, [54, 58], [66, 66]];
  }
  return source.hides;
}

/**
 * Every condition the product can report, in the order in which they are tested: what looks at
 * other conditions stands last. Pages, metrics, the lamp and the API read only this array.
 */
export const CONDITIONS: readonly Condition[] = SOURCES.map((source) => ({
  ...source,
  hides: SOURCES.filter(
    (other) =>
      other.code !== source.code &&
      other.code !== NEVER_HIDDEN &&
      hiddenRanges(source).some((range) => within(other.priority, range)),
  ).map((other) => other.code),
}));

const BY_CODE: ReadonlyMap<string, Condition> = new Map(
  CONDITIONS.map((condition) => [condition.code, condition]),
);

export function conditionByCode(code: string): Condition | null {
  return BY_CODE.get(code) ?? null;
}
