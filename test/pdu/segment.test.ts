import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { segmentText } from '../../app/pdu/index.ts';
import { anyText, gsm7Text, seeded } from './texts.ts';

const AUTO = { encoding: 'auto' } as const;
const lengths = (text: string, referenceBits: 8 | 16 = 8): number[] =>
  segmentText(text, { encoding: 'auto', referenceBits }).parts.map((part) => part.length);

describe('where a text is cut', () => {
  test('GSM 7-bit: 160 alone, then 153 or 152 a part', () => {
    assert.deepEqual(lengths(''), [0]);
    assert.deepEqual(lengths('a'.repeat(160)), [160]);
    assert.deepEqual(lengths('a'.repeat(161)), [153, 8]);
    assert.deepEqual(lengths('a'.repeat(306)), [153, 153]);
    assert.deepEqual(lengths('a'.repeat(307)), [153, 153, 1]);
    assert.deepEqual(lengths('a'.repeat(161), 16), [152, 9]);
    assert.deepEqual(lengths('a'.repeat(304), 16), [152, 152]);
    assert.deepEqual(lengths('a'.repeat(305), 16), [152, 152, 1]);
  });

  test('UCS2: 70 alone, then 67 or 66 a part', () => {
    assert.deepEqual(lengths('ш'.repeat(70)), [70]);
    assert.deepEqual(lengths('ш'.repeat(71)), [67, 4]);
    assert.deepEqual(lengths('ш'.repeat(134)), [67, 67]);
    assert.deepEqual(lengths('ш'.repeat(135)), [67, 67, 1]);
    assert.deepEqual(lengths('ш'.repeat(71), 16), [66, 5]);
    assert.deepEqual(lengths('ш'.repeat(132), 16), [66, 66]);
    assert.deepEqual(lengths('ш'.repeat(133), 16), [66, 66, 1]);
  });

  test('an escape pair moves to the next part as a whole', () => {
    const { parts, units, unitsLeft, unitsPerPart } = segmentText(
      `${'a'.repeat(152)}€${'b'.repeat(20)}`,
      AUTO,
    );
    assert.deepEqual(parts, ['a'.repeat(152), `€${'b'.repeat(20)}`]);
    assert.deepEqual([units, unitsLeft, unitsPerPart], [174, 153 - 22, 153]);
    assert.deepEqual(lengths('€'.repeat(80)), [80]);
    assert.deepEqual(lengths('€'.repeat(81)), [76, 5]);
  });

  test('a surrogate pair moves to the next part as a whole', () => {
    assert.deepEqual(segmentText(`${'ш'.repeat(66)}😀${'ш'.repeat(10)}`, AUTO).parts, [
      'ш'.repeat(66),
      `😀${'ш'.repeat(10)}`,
    ]);
    assert.deepEqual(lengths('😀'.repeat(35)), [70]);
    assert.deepEqual(lengths('😀'.repeat(36)), [66, 6]);
  });

  test('what reads as one character stays in one part when that costs no part', () => {
    const cases = {
      'a letter and its accent': 'e\u0301',
      'a family of four': '👨‍👩‍👧‍👦',
      'a skin tone': '👍🏽',
      'a flag': '🇮🇩',
      'a variation selector': '❤️',
      'the flag of Wales': '🏴󠁧󠁢󠁷󠁬󠁳󠁿',
      'a Devanagari syllable': 'नि',
    };
    for (const [name, character] of Object.entries(cases)) {
      for (let before = 68 - character.length; before < 67; before += 1) {
        const text = 'ш'.repeat(before) + character + 'ш'.repeat(20);
        assert.deepEqual(
          segmentText(text, AUTO).parts,
          ['ш'.repeat(before), character + 'ш'.repeat(20)],
          name,
        );
      }
    }
    const flags = `${'ш'.repeat(3)}${'🇮🇩'.repeat(20)}`;
    assert.deepEqual(lengths(flags), [67, 16], 'flags are counted in pairs');
    const full = `${'ш'.repeat(66)}e\u0301${'ш'.repeat(66)}`;
    assert.deepEqual(
      lengths(full),
      [67, 67],
      'the accent is cut off rather than a third part sent',
    );
  });

  test('a lone surrogate becomes U+FFFD', () => {
    assert.deepEqual(segmentText('a\ud83d b', AUTO).parts, ['a\ufffd b']);
    assert.deepEqual(segmentText('\ude00\ud83d', AUTO).parts, ['\ufffd\ufffd']);
  });
});

describe('the choice of alphabet', () => {
  test('auto takes UCS2 for one character that GSM 7-bit lacks', () => {
    assert.equal(segmentText('halo €[]{}|^~\\ ñ Ü Δ', AUTO).encoding, 'gsm7');
    for (const foreign of ['`', '\t', 'ç', 'á', '“', '…', '\u00a0', 'Α', '\u001b', '\0', '😀']) {
      assert.equal(segmentText(`halo ${foreign}`, AUTO).encoding, 'ucs2', JSON.stringify(foreign));
    }
    assert.equal(segmentText('halo', { encoding: 'ucs2' }).encoding, 'ucs2');
  });

  test('gsm7 demanded in vain names the character and its place', () => {
    assert.throws(
      () => segmentText('rahasia “x”', { encoding: 'gsm7' }),
      (error: unknown) =>
        error instanceof GatewayError &&
        error.code === 'text-not-gsm7' &&
        error.message.includes('U+201C at position 9') &&
        !error.message.includes('rahasia'),
    );
    assert.deepEqual(segmentText('x', { encoding: 'gsm7' }).parts, ['x']);
  });
});

describe('for any text', () => {
  test('code units in any order: only lone surrogates change, and no cut makes one', () => {
    const units = fc.array(fc.constantFrom(0x61, 0x448, 0xd83d, 0xde00, 0x301, 0x200d), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        const { parts } = segmentText(text, { encoding: 'ucs2' });
        // The text encoder of the platform replaces lone surrogates by the same character.
        assert.equal(parts.join(''), Buffer.from(text, 'utf8').toString('utf8'));
        for (const part of parts) assert.equal(Buffer.from(part, 'utf8').toString('utf8'), part);
      }),
      seeded(1000),
    );
  });

  test('parts join to the text, fill their room, and are never cut inside a pair', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText(400), gsm7Text(700)),
        fc.constantFrom<8 | 16>(8, 16),
        (text, referenceBits) => {
          const { encoding, parts, units, unitsLeft, unitsPerPart } = segmentText(text, {
            encoding: 'auto',
            referenceBits,
          });
          assert.equal(parts.join(''), text);
          const sizes = parts.map((part) => {
            const alone = segmentText(part, { encoding });
            assert.equal(alone.parts.length, 1);
            return alone.units;
          });
          assert.equal(
            sizes.reduce((sum, size) => sum + size, 0),
            units,
          );
          assert.equal(unitsLeft, unitsPerPart - (sizes.at(-1) ?? 0));
          for (const [index, part] of parts.entries()) {
            assert.ok((sizes[index] ?? 0) <= unitsPerPart);
            assert.ok(part !== '' || text === '');
            if (encoding === 'ucs2') assert.doesNotMatch(part, /^[\udc00-\udfff]/);
          }
          const most = Math.ceil(units / (unitsPerPart - 1));
          assert.ok(parts.length <= Math.max(1, most), 'no part gives away more than one unit');
        },
      ),
      seeded(1000),
    );
  });
});
