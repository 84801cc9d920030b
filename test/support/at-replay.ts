import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  AtResult,
  CommandOptions,
  LateResult,
  PduResult,
  Urc,
} from '../../app/at/at-types.ts';
import { openChannel } from './at-bench.ts';
import { settle } from './fake-clock.ts';

/** One call to the channel with what the modem says to each of its writes. */
interface ReplayCall {
  /** Exactly one of these; `listen` calls nothing, the modem speaks by itself. */
  readonly command?: string;
  readonly send?: true;
  readonly listen?: true;
  readonly options?: CommandOptions;
  /** `modem[i]` follows write `i` of this call. */
  readonly modem: readonly string[];
  /** Time that passes after the modem's last words. */
  readonly waitMs?: number;
  readonly result?: AtResult | PduResult;
}

/** A dialogue of `test/fixtures/at/`. */
export interface Dialogue {
  readonly title: string;
  readonly calls: readonly ReplayCall[];
  readonly urcs: readonly Urc[];
  readonly late: readonly LateResult[];
}

/** How to disturb a replay. `chunk` counts the modem's speeches from the start. */
export interface Disturbance {
  readonly echo: boolean;
  /** Cuts what the modem says; the channel runs on between the pieces. */
  cut(text: string, chunk: number): readonly string[];
  /** Octets to put into a speech, before it is echoed and cut. */
  insert(text: string, chunk: number): string;
}

const FOLDER = fileURLToPath(new URL('../fixtures/at/', import.meta.url));

export function loadDialogues(): readonly Dialogue[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')) as Dialogue);
}

/** The modem's speeches of a dialogue, with the echo of the write before each. */
export function speeches(dialogue: Dialogue): readonly { echo: string; text: string }[] {
  const bench = openChannel();
  return dialogue.calls.flatMap((call) =>
    call.modem.map((text, index) => ({ text, echo: echoOf(call, index, bench.pdu) })),
  );
}

function echoOf(call: ReplayCall, index: number, pdu: string): string {
  if (call.listen === true) {
    return '';
  }
  if (call.command !== undefined) {
    return index === 0 ? `${call.command}\r` : '';
  }
  return index === 0 ? 'AT+CMGS=18\r' : `${pdu}\x1a`;
}

/** Replays a dialogue and checks every result and announcement; `extra` are the inserted ones. */
export async function replay(
  dialogue: Dialogue,
  disturbance: Disturbance,
  extra: readonly Urc[] = [],
): Promise<void> {
  const bench = openChannel();
  let chunk = 0;
  for (const call of dialogue.calls) {
    const before = bench.link.written.length;
    const running: { result: unknown; over: boolean } = { result: undefined, over: false };
    const promise =
      call.command !== undefined
        ? bench.channel.command(call.command, call.options)
        : call.send === true
          ? bench.sendPdu()
          : null;
    promise?.then((result) => {
      running.result = result;
      running.over = true;
    });
    for (const [index, text] of call.modem.entries()) {
      if (call.listen !== true) {
        await settle();
        assert.ok(
          bench.link.written.length > before + Math.min(index, call.command === undefined ? 1 : 0),
          `${call.command ?? 'send'}: the modem speaks only after a write`,
        );
      }
      const spoken = disturbance.insert(text, chunk);
      const echo = disturbance.echo ? echoOf(call, index, bench.pdu) : '';
      for (const piece of disturbance.cut(echo + spoken, chunk)) {
        bench.link.deliver(piece);
        await settle();
      }
      chunk += 1;
    }
    await bench.clock.advance(call.waitMs ?? 0);
    if (promise !== null) {
      assert.ok(running.over, `${call.command ?? 'send'} did not end`);
      assert.deepEqual(running.result, call.result);
    }
  }
  const sorted = (urcs: readonly Urc[]): string[] => urcs.map((urc) => JSON.stringify(urc)).sort();
  assert.deepEqual(sorted(bench.urcs), sorted([...dialogue.urcs, ...extra]));
  assert.deepEqual(bench.late, dialogue.late);
  bench.assertIdle();
}
