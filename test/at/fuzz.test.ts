import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay } from '../../app/domain/clock.ts';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { openChannel } from '../support/at-bench.ts';

const STREAMS = 100_000;
/** What a modem says, mixed with what it never should. */
const WORDS: readonly string[] = [
  '\r\n',
  '\r',
  '\n',
  '\r\nOK\r\n',
  '\r\nERROR\r\n',
  '\r\n> ',
  '> ',
  '>',
  '\r\n+CMGS: 12\r\n',
  '\r\n+CMGS: 999\r\n',
  '\r\n+CMS ERROR: 38\r\n',
  '\r\n+CMS ERROR: who knows\r\n',
  '\r\n+CME ERROR: 14\r\n',
  '\r\nRDY\r\n',
  '\r\n+CFUN: 1\r\n',
  '\r\nNORMAL POWER DOWN\r\n',
  '\r\n+CMT: ,18\r\n',
  '\r\n+CMGL: 1,1,,18\r\n',
  '0011000B912618112233F40000FF05E8329B',
  '\r\n+CUSD: 1,"a',
  '"',
  '\r\n+CREG: 2,1\r\n',
  '\r\n^RSSI:9\r\n',
  'AT+CMGS=18\r',
  'AT+CSQ\r',
  '\x1a',
  '\x1b',
  '\0',
  '0\r',
];

/** xorshift32: small, fast, the same on every machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function stream(random: (below: number) => number): string {
  let text = '';
  for (let word = random(8); word >= 0; word -= 1) {
    text +=
      random(4) === 0 ? String.fromCharCode(random(256)) : (WORDS[random(WORDS.length)] ?? '');
  }
  return text;
}

async function oneStream(seed: number): Promise<void> {
  const random = seeded(seed * 2_654_435_761);
  const bench = openChannel();
  let handOvers = 0;
  let marks = 0;
  const running: Promise<unknown>[] = [];
  const send = bench.sendPdu({
    handOver: async () => {
      handOvers += 1;
      await (random(3) === 0 ? delay(bench.clock, random(4_000)) : undefined);
      if (random(8) === 0) {
        throw new GatewayError('storage-failing', 'disk', { retry: 'later' });
      }
      return random(4) === 0 ? 'gone' : 'committed';
    },
    onCtrlZ: () => {
      marks += 1;
    },
  });
  running.push(send);
  if (random(2) === 0) {
    running.push(bench.channel.command('AT+CSQ'));
  }
  if (random(8) === 0) {
    running.push(bench.channel.resync());
  }
  const settled = Promise.allSettled(running);
  if (random(2) === 0) {
    bench.link.deliver('\r\n> ');
    await bench.clock.advance(0);
  }
  for (let chunk = random(4); chunk >= 0; chunk -= 1) {
    bench.link.deliver(stream(random));
    await bench.clock.advance([0, 0, 60, 1_000, 5_000][random(5)] ?? 0);
  }
  if (random(16) === 0) {
    bench.link.drop();
  }
  await bench.clock.advance(600_000);
  const [sent] = await settled;
  bench.assertIdle();
  assert.equal(bench.channel.faults.handlerErrors, 0);
  assert.ok(handOvers <= 1 && marks <= handOvers);
  const submitted = bench.link.text().split('\x1a').length - 1;
  assert.equal(submitted, marks, 'Ctrl-Z is written exactly where it was marked');
  if (sent?.status === 'fulfilled') {
    const result = await send;
    const certain =
      result.kind !== 'sent' &&
      result.kind !== 'unknown' &&
      !(result.kind === 'refused' && result.phase === 'after-ctrl-z');
    assert.equal(submitted, certain ? 0 : 1, `${result.kind} after ${submitted} Ctrl-Z`);
  } else {
    assert.equal(submitted, 0);
  }
}

test(`${STREAMS} fuzzed streams: all calls settle, and "not sent" means no Ctrl-Z`, async () => {
  for (let seed = 1; seed <= STREAMS; seed += 1) {
    try {
      await oneStream(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
