import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newMessage, openHouse } from './fixtures.ts';

const BATCH = 1_000;
const RARE = '+628555000111';

test('a rare recipient is found among many that share its last digit, however far back', async () => {
  const house = await openHouse({ maxDepth: 1_000_000 });
  try {
    const wanted: string[] = [];
    for (let batch = 0; batch < 52; batch += 1) {
      const messages = Array.from({ length: BATCH }, (_, index) =>
        newMessage({ to: `+62811000${index % 10}1` }),
      );
      if (batch === 0 || batch === 30 || batch === 51) {
        messages[7] = newMessage({ to: RARE });
        wanted.unshift(messages[7].id);
      }
      await house.api.enqueue({ messages, idempotency: null });
    }
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await house.api.listMessages({
        to: RARE,
        limit: 2,
        ...(cursor === null ? {} : { cursor }),
      });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(found, wanted);
  } finally {
    await house.close();
  }
});
