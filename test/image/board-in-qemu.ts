import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { BOARD } from './built-image.ts';
import { type PreparedCard, preparedCard } from './prepared-card.ts';

/** For a start, a stop or a reset of the emulated board beside other work. */
export const BOARD_STEP_MS = 900_000;

/** A card for the board that QEMU has, with its own loader, SD card, network chip and watchdog. */
export async function boardCard(t: TestContext): Promise<PreparedCard> {
  assert.equal(BOARD, 'bananapim2ultra', 'run this with PISANG_BOARD=bananapim2ultra');
  // The other three cores do not come up in QEMU, and waiting for each of them takes the kernel seconds.
  return preparedCard(t, { kernelArguments: 'maxcpus=1' });
}
