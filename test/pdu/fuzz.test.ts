import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeDeliver,
  decodeFromNetwork,
  decodeStatusReport,
  decodeSubmit,
  encodeDeliver,
  encodeStatusReport,
  encodeSubmit,
  PduError,
} from '../../app/pdu/index.ts';

const ROUNDS = 100_000;

/** xorshift32: small, fast, the same in each run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const COMMON = { flash: false, smsc: '+6281100000' };
const CONCAT = { reference: 7, bits: 16, total: 3, number: 2 } as const;
const SEEDS: readonly string[] = [
  encodeSubmit({
    ...COMMON,
    to: '+6281234567',
    text: 'halo [dunia] €',
    encoding: 'gsm7',
    concat: { reference: 7, bits: 8, total: 3, number: 2 },
    validitySeconds: 3600,
    statusReport: true,
  }).pdu,
  encodeDeliver({
    ...COMMON,
    from: 'PISANG',
    text: 'шш😀',
    encoding: 'ucs2',
    concat: CONCAT,
    serviceCentreAtMs: 1.7e12,
  }).pdu,
  encodeDeliver({
    ...COMMON,
    from: '+628123',
    text: '00FF80',
    encoding: '8bit',
    concat: null,
    serviceCentreAtMs: 1.7e12,
  }).pdu,
  encodeStatusReport({
    reference: 9,
    recipient: '+628123',
    serviceCentreAtMs: 1.7e12,
    dischargedAtMs: 1.7e12,
    tpSt: 0,
  }).pdu,
  // A Turkish DELIVER with locking and single shift, and a report with all optional fields.
  `0044048121430000620110213254280F0625010124010141E19A1C`,
  `0006110481214362011021325428620110213254280007000003616263`,
];

function mutated(random: (below: number) => number): string {
  const octets = [...Buffer.from(SEEDS[random(SEEDS.length)] ?? '', 'hex')];
  for (let change = random(6); change >= 0; change -= 1) {
    const at = random(octets.length + 1);
    const kind = random(5);
    if (kind === 0) octets.splice(at, 1 + random(8));
    else if (kind === 1) octets.splice(at, 0, random(256));
    else if (kind === 2) octets[at] = 0xff;
    else if (kind === 3) octets[at] = random(256);
    else octets[at] = (octets[at] ?? 0) ^ (1 << random(8));
  }
  return Buffer.from(octets).toString('hex');
}

function noise(random: (below: number) => number): string {
  const octets = Buffer.alloc(random(200));
  for (let index = 0; index < octets.length; index += 1) octets[index] = random(256);
  // A likely beginning gets past the address more often.
  const start = ['', '00', '0004', '000405812143', '000611', '0071'][random(6)] ?? '';
  return start + octets.toString('hex');
}

function scribble(random: (below: number) => number): string {
  let text = '';
  for (let length = random(60); length > 0; length -= 1) {
    text += String.fromCharCode(random(4) === 0 ? random(0x10000) : 0x20 + random(0x60));
  }
  return text;
}

test(`${ROUNDS} damaged PDUs: a decoder answers or throws bad-pdu, and its answer is no longer than its input`, () => {
  const random = randomFrom(20_260_102);
  const decoders = [decodeSubmit, decodeDeliver, decodeStatusReport, decodeFromNetwork];
  let answers = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const kind = random(10);
    const input = kind < 6 ? mutated(random) : kind < 9 ? noise(random) : scribble(random);
    const decode = decoders[round % decoders.length] ?? decodeFromNetwork;
    try {
      const decoded = decode(input);
      answers += 1;
      assert.ok(decoded.text.length <= input.length);
      assert.ok(decoded.userData.length <= 255);
      assert.ok((decoded.header?.elements.length ?? 0) * 4 <= input.length);
      assert.doesNotMatch(decoded.text, /\p{Cs}/u, 'no lone surrogate gets out');
      JSON.stringify(decoded);
    } catch (error) {
      if (!(error instanceof PduError) || error.code !== 'bad-pdu') {
        assert.fail(`${input} → ${String(error)}`);
      }
    }
  }
  assert.ok(answers > ROUNDS / 10, `only ${answers} inputs got as far as an answer`);
});

test('every prefix of a PDU answers or throws bad-pdu', () => {
  for (const seed of SEEDS) {
    for (let end = 0; end <= seed.length; end += 1) {
      for (const decode of [decodeSubmit, decodeFromNetwork]) {
        try {
          decode(seed.slice(0, end));
        } catch (error) {
          assert.ok(error instanceof PduError);
        }
      }
    }
  }
});

test('a string that is far too long is refused without being read', () => {
  for (const giant of ['00'.repeat(5_000_000), ' '.repeat(10_000_000), `00${'x'.repeat(1e7)}`]) {
    assert.throws(() => decodeFromNetwork(giant), PduError);
  }
});
