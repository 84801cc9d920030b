import { pointerStep } from '../domain/json-pointer.ts';
import type { Complaint } from './check-settings.ts';

/** Or most of one: somebody may have lost its end. */
const KEY = /psg_[0-9A-Z]{20,}/i;
const RIGHT_PLACE = /^\/apiKeys\/\d+\/key$/;

/** API keys in fields that are shown, such as a name: they would stand in `RESULT.txt`, pages and logs. */
export function misplacedKeys(value: unknown, pointer: string = ''): readonly Complaint[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) =>
      misplacedKeys(inner, `${pointer}/${pointerStep(name)}`),
    );
  }
  return typeof value === 'string' && KEY.test(value) && !RIGHT_PLACE.test(pointer)
    ? [
        {
          pointer,
          sentence: 'holds an API key, which would be shown',
          remedy:
            'Write something else here; the key itself goes into apiKeys, as {"name":"shop","key":"psg_…"}.',
        },
      ]
    : [];
}
