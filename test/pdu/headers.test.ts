import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type DecodedDeliver,
  decodeDeliver,
  encodeDeliver,
  joinParts,
  segmentText,
} from '../../app/pdu/index.ts';
import { packSeptets } from '../../app/pdu/septets.ts';

const hex = (octets: Iterable<number>): string =>
  Buffer.from(Uint8Array.from(octets)).toString('hex').toUpperCase();

const START = '05812143F500';
const SCTS = '62102001405082';

/** An SMS-DELIVER with a header of the given octets (length octet first) before the septets. */
function septetsAfter(header: readonly number[], septets: readonly number[]): DecodedDeliver {
  const headerSeptets = Math.ceil((header.length * 8) / 7);
  const fill = headerSeptets * 7 - header.length * 8;
  const text = packSeptets(Uint8Array.from(septets), fill);
  const tpUdl = headerSeptets + septets.length;
  return decodeDeliver(`0044${START}00${SCTS}${hex([tpUdl, ...header, ...text])}`);
}

/** The same with octets in the 8-bit (04) or UCS2 (08) alphabet. */
function octetsAfter(header: readonly number[], octets: readonly number[], dcs = '04') {
  const all = [...header, ...octets];
  return decodeDeliver(`0044${START}${dcs}${SCTS}${hex([all.length, ...all])}`);
}

describe('user data header', () => {
  test('references of 8 and 16 bits', () => {
    assert.deepEqual(septetsAfter([5, 0, 3, 0xab, 2, 1], [0x61]).concat, {
      reference: 0xab,
      bits: 8,
      total: 2,
      number: 1,
    });
    assert.deepEqual(septetsAfter([6, 8, 4, 0xab, 0xcd, 255, 255], [0x61]).concat, {
      reference: 0xabcd,
      bits: 16,
      total: 255,
      number: 255,
    });
  });

  test('the text stands after the fill bits, for every header length', () => {
    for (let length = 2; length < 100; length += 1) {
      const header = [length, 0x70, length - 2, ...Array(length - 2).fill(0xff)];
      const { text, header: parsed, lossy } = septetsAfter(header, [0x68, 0x61, 0x6c, 0x6f]);
      assert.equal(text, 'halo', `${length} octets`);
      assert.equal(parsed?.elements[0]?.data.length, length - 2);
      assert.equal(lossy, false);
    }
  });

  test('a part number without sense is no part number', () => {
    for (const element of [
      [0, 3, 1, 0, 0],
      [0, 3, 1, 2, 0],
      [0, 3, 1, 2, 3],
      [0, 2, 1, 2],
      [0, 4, 1, 2, 1, 1],
      [8, 3, 1, 2, 1],
    ]) {
      const { concat, text, lossy, header } = septetsAfter([element.length, ...element], [0x61]);
      assert.deepEqual([concat, text, lossy], [null, 'a', false]);
      assert.equal(header?.elements.length, 1);
    }
  });

  test('ports, several elements, and the last of two alike', () => {
    const { header, concat } = octetsAfter(
      [18, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 0, 3, 1, 3, 1, 0x70, 0, 0, 3, 2, 3, 2],
      [1],
    );
    assert.deepEqual(header?.ports, { destination: 2948, originator: 9200 });
    assert.deepEqual(concat, { reference: 2, bits: 8, total: 3, number: 2 });
    assert.deepEqual(
      header?.elements.map(({ id }) => id),
      [5, 0, 0x70, 0],
    );
    assert.deepEqual(octetsAfter([4, 4, 2, 9, 8], []).header?.ports, {
      destination: 9,
      originator: 8,
    });
  });

  test('elements that reach past the header are dropped, those before them count', () => {
    const { concat, header, text, lossy } = septetsAfter([8, 0, 3, 1, 2, 1, 0x70, 9, 9], [0x61]);
    assert.deepEqual([concat?.number, header?.malformed, lossy, text], [1, true, true, 'a']);
    assert.equal(septetsAfter([1, 0], [0x61]).header?.malformed, true);
    assert.equal(septetsAfter([0], [0x61]).header?.malformed, false, 'an empty header');
  });

  test('a header longer than the data leaves no text', () => {
    const { text, lossy, header } = octetsAfter([200, 0, 3, 1, 2, 1], []);
    assert.deepEqual([text, lossy, header?.malformed], ['', true, true]);
    assert.equal(decodeDeliver(`0044${START}00${SCTS}00`).text, '');
  });
});

describe('national language tables', () => {
  const LETTERS = Array.from({ length: 128 }, (_, septet) => septet).filter((s) => s !== 0x1b);
  const locking = (language: number) => septetsAfter([3, 0x25, 1, language], LETTERS);
  const single = (language: number) =>
    septetsAfter(
      [3, 0x24, 1, language],
      [0x05, 0x09, 0x0b, 0x41, 0x47, 0x49, 0x53, 0x61, 0x63, 0x65, 0x67, 0x69, 0x73, 0x7f].flatMap(
        (septet) => [0x1b, septet],
      ),
    );

  test('Turkish, locking and single', () => {
    const { text, lossy } = locking(1);
    assert.equal(text.length, 127);
    assert.equal(lossy, false);
    for (const letter of 'ıİğĞşŞçÇöÖüÜ€') assert.ok(text.includes(letter), letter);
    assert.equal(single(1).text, 'éÇØAĞİŞaç€ğışà');
  });

  test('Spanish, single only', () => {
    const { text, lossy } = single(2);
    assert.deepEqual([text, lossy], ['éçØÁGÍSác€gísà', false]);
    assert.equal(locking(2).lossy, true);
  });

  test('Portuguese, locking and single', () => {
    const { text, lossy } = locking(3);
    assert.equal(text.length, 127);
    assert.equal(lossy, false);
    for (const letter of 'áâãàéêíóôõúüçÁÂÃÀÉÊÍÓÔÕÚÜÇªº∞`~^\\|€') {
      assert.ok(text.includes(letter), letter);
    }
    assert.equal(single(3).text, 'êçÔÀGÍSÂc€gísâ');
  });

  test('both at once', () => {
    const header = [6, 0x25, 1, 1, 0x24, 1, 1];
    assert.equal(septetsAfter(header, [0x07, 0x60, 0x1b, 0x53, 0x1b, 0x41]).text, 'ıçŞA');
  });

  test('Hindi: greetings in locking shift, digits in single shift', () => {
    const header = [6, 0x25, 1, 6, 0x24, 1, 6];
    // NA, MA, SA, VIRAMA, TA, E; then 12 and Latin letters.
    const { text, lossy } = septetsAfter(
      header,
      [0x2f, 0x42, 0x4c, 0x5f, 0x27, 0x59, 0x20, 0x1b, 0x1d, 0x1b, 0x1e, 0x61, 0x1b, 0x41],
    );
    assert.deepEqual([text, lossy], ['नमस्ते १२aA', false]);
  });

  test('Urdu', () => {
    const { text } = septetsAfter([6, 0x25, 1, 13, 0x24, 1, 13], [0x00, 0x4d, 0x53, 0x1b, 0x3f]);
    assert.equal(text, '\u0627\u0644\u0648\u06d4');
  });

  test('every language has whole tables in its own script', () => {
    const scripts = new Map([
      [4, /\p{Script=Bengali}/gu],
      [5, /\p{Script=Gujarati}/gu],
      [6, /\p{Script=Devanagari}/gu],
      [7, /\p{Script=Kannada}/gu],
      [8, /\p{Script=Malayalam}/gu],
      [9, /\p{Script=Oriya}/gu],
      [10, /\p{Script=Gurmukhi}/gu],
      [11, /\p{Script=Tamil}/gu],
      [12, /\p{Script=Telugu}/gu],
      [13, /\p{Script=Arabic}|[\u064b-\u0670]/gu],
    ]);
    // Counted in the tables of 23.038: places that are not blank, Latin, a digit or a sign.
    const counts = new Map([
      [4, 67],
      [5, 73],
      [6, 80],
      [7, 73],
      [8, 73],
      [9, 69],
      [10, 63],
      [11, 55],
      [12, 73],
      [13, 80],
    ]);
    for (const [language, script] of scripts) {
      const { text, lossy } = locking(language);
      assert.equal(lossy, false);
      assert.equal(text.length, 127);
      assert.equal(text.match(script)?.length, counts.get(language), `language ${language}`);
      assert.equal(text.match(/[a-z0-9]/g)?.length, 36);
      // Two SMS, since 127 escape pairs are more than TP-UDL can count.
      const shifted = [LETTERS.slice(0, 64), LETTERS.slice(64)]
        .map((half) => half.flatMap((septet) => [0x1b, septet]))
        .map((septets) => septetsAfter([3, 0x24, 1, language], septets).text)
        .join('');
      assert.equal(shifted.length, 127);
      assert.match(shifted, /^@£\$¥¿"¤%&'\f\*\+\r-\/<=>¡\^¡_#\*/);
      assert.ok(shifted.includes('\\') && shifted.includes('[~]') && shifted.includes('€'));
      assert.ok(shifted.includes('|ABCDEFGHIJKLMNOPQRSTUVWXYZ'));
      const digits = shifted.match(/\p{Nd}/gu)?.filter((digit) => digit > '9') ?? [];
      assert.deepEqual(digits, [...digits].sort(), 'digits in order');
      assert.equal(digits.length, 10, `language ${language}`);
    }
  });

  test('a language without a table is read with the default one, and marked', () => {
    const { text, lossy } = septetsAfter([3, 0x25, 1, 14], [0x68, 0x69]);
    assert.deepEqual([text, lossy], ['hi', true]);
    assert.equal(septetsAfter([3, 0x24, 1, 255], [0x68]).lossy, true);
    assert.equal(septetsAfter([3, 0x24, 1, 0], [0x68]).lossy, false);
  });
});

describe('escape and extension on receive', () => {
  test('an unknown extension shows the plain character, a stray escape a space', () => {
    const at = (septets: number[]) => septetsAfter([0], septets).text;
    assert.equal(at([0x61, 0x1b, 0x62, 0x63]), 'abc');
    assert.equal(at([0x61, 0x1b, 0x1b, 0x62]), 'a b');
    assert.equal(at([0x61, 0x1b]), 'a ');
    assert.equal(at([0x1b, 0x0a, 0x1b, 0x0d]), '\f\r');
  });
});

describe('parts joined', () => {
  const ucs2 = (units: readonly number[], number: number, dcs = '08') =>
    octetsAfter(
      [5, 0, 3, 1, 3, number],
      units.flatMap((unit) => [unit >> 8, unit & 0xff]),
      dcs,
    );

  test('a surrogate pair that the sender split is whole again', () => {
    const first = ucs2([0x48, 0xd83d], 1);
    const second = ucs2([0xde00, 0x49], 2);
    assert.deepEqual([first.text, first.lossy], ['H\ufffd', true]);
    assert.deepEqual([second.text, second.lossy], ['\ufffdI', true]);
    assert.deepEqual(joinParts([first, second]), { text: 'H😀I', encoding: 'ucs2', lossy: false });
  });

  test('an escape that the sender split from its character is whole again', () => {
    const first = septetsAfter([5, 0, 3, 1, 2, 1], [0x61, 0x1b]);
    const second = septetsAfter([5, 0, 3, 1, 2, 2], [0x65, 0x62]);
    assert.equal(first.text + second.text, 'a eb');
    assert.equal(joinParts([first, second]).text, 'a€b');
  });

  test('parts of different alphabets or languages are read each with its own', () => {
    const turkish = septetsAfter([8, 0, 3, 1, 3, 1, 0x25, 1, 1], [0x07]);
    const plain = septetsAfter([5, 0, 3, 1, 3, 2], [0x07]);
    const joined = joinParts([turkish, plain, ucs2([0x448], 3)]);
    assert.deepEqual(joined, { text: 'ıìш', encoding: 'ucs2', lossy: false });
  });

  test('a part cut short marks the whole and does not shift what follows', () => {
    const short = decodeDeliver(`0044${START}08${SCTS}${hex([10, 5, 0, 3, 1, 2, 1, 4, 0x48, 4])}`);
    const joined = joinParts([short, ucs2([0x43d], 2)]);
    assert.deepEqual(joined, { text: 'шн', encoding: 'ucs2', lossy: true });
  });

  test('a missing part leaves its gap, and halves on both sides of it stay apart', () => {
    const parts = [ucs2([0x48, 0xd83d], 1), null, ucs2([0xde00, 0x49], 3)];
    assert.deepEqual(joinParts(parts, '[…]'), {
      text: 'H\ufffd[…]\ufffdI',
      encoding: 'ucs2',
      lossy: true,
    });
    assert.equal(joinParts([null, ucs2([0x48], 2), null]).text, 'H');
  });

  test('no parts, and 8-bit parts', () => {
    assert.deepEqual(joinParts([]), { text: '', encoding: 'gsm7', lossy: false });
    const parts = [
      octetsAfter([5, 0, 3, 1, 2, 1], [0xab]),
      octetsAfter([5, 0, 3, 1, 2, 2], [0xcd]),
    ];
    assert.deepEqual(joinParts(parts), { text: 'ABCD', encoding: '8bit', lossy: false });
  });

  test('a long text comes back through segmentText and encodeDeliver', () => {
    const text = 'Halo 👋🏽 '.repeat(40);
    const { parts, encoding } = segmentText(text, { encoding: 'auto' });
    const decoded = parts.map((part, index) =>
      decodeDeliver(
        encodeDeliver({
          from: 'PISANG',
          text: part,
          encoding,
          concat: { reference: 9, bits: 8, total: parts.length, number: index + 1 },
          serviceCentreAtMs: 0,
        }).pdu,
      ),
    );
    assert.equal(joinParts(decoded).text, text);
  });
});
