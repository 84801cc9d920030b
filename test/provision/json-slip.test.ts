import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { slipIn } from '../../app/provision/json-slip.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const SLIPS: readonly [text: string, line: number, column: number, remedy: RegExp][] = [
  ['{\n "a": ID\n}', 2, 7, /value between straight quotes/],
  ['{"a": 192.168.1.1}', 1, 7, /value between straight quotes/],
  ['{"a": 0123}', 1, 7, /value between straight quotes/],
  ['{"a": True}', 1, 7, /value between straight quotes/],
  ['{\r\n "a": “b”\r\n}', 2, 7, /straight double ones/],
  ["{'a': 1}", 1, 2, /straight double ones/],
  ['{"a": 1,\n}', 1, 8, /comma out/],
  ['["a", ]', 1, 5, /comma out/],
  ['{"a": 1\n "b": 2}', 2, 2, /comma before/],
  ['{a: 1}', 1, 2, /name of the field between straight quotes/],
  ['{"a" 1}', 1, 6, /colon/],
  ['{"a": }', 1, 7, /value is missing/],
  ['{"a": "b\n}', 1, 7, /Close the text/],
  ['{"a": "b\\c"}', 1, 7, /write each \\ in it twice/],
  ['{"a": "b, "c": 1}', 1, 12, /Look there/],
  ['{"a": ["b"}', 1, 11, /Look there/],
  ['{"a": 1', 1, 8, /ends too early/],
  ['{"a": 1}}', 1, 9, /Nothing may follow/],
  ['{"a": 1 // one\n}', 1, 9, /remark/],
  ['{\u00a0"a": 1}', 1, 2, /space bar/],
];
for (const [text, line, column, remedy] of SLIPS) {
  test(`${JSON.stringify(text)} stops being JSON at line ${line}, column ${column}`, () => {
    const slip = slipIn(text);
    assert.deepEqual([slip?.line, slip?.column], [line, column]);
    assert.match(slip?.remedy ?? '', remedy);
  });
}

test('a text of brackets alone is no danger', () => {
  assert.equal(slipIn('['.repeat(65_536))?.column, 65_537);
});

test('it finds a slip in exactly what the parser refuses', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '\\',
      '\\n',
      '\\u12aF',
      'true',
      'null',
    ),
    fc.constantFrom(
      '0',
      '-1',
      '1.5e3',
      '01',
      '.',
      'e',
      'x',
      ' ',
      '\n',
      '\r\n',
      '\t',
      '\u0001',
      '“',
    ),
    fc.constantFrom('\u2028', '\ufeff', '😀'),
  );
  const soup = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.nat(2), pieces)
    .map(([text, where, gone, piece]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + piece + text.slice(at + gone);
    });
  fc.assert(
    fc.property(
      fc.oneof(soup, broken, fc.json()),
      (text) => (slipIn(text) === null) === isJson(text),
    ),
    { numRuns: 3_000 },
  );
});
