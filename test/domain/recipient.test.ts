import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord } from '../../app/domain/nearest.ts';
import { recipientReader } from '../../app/domain/recipient.ts';

const read = recipientReader('ID');

const READ: readonly (readonly [string, string | null])[] = [
  ['089610707901', '+6289610707901'],
  ['0896-1070-7901', '+6289610707901'],
  ['0896 1070 7901', '+6289610707901'],
  ['(021) 5550123', '+62215550123'],
  ['+6289610707901', '+6289610707901'],
  ['+62 896-1070-7901', '+6289610707901'],
  ['6289610707901', '+6289610707901'],
  ['+14155552671', '+14155552671'],
  ['123', '123'],
  ['99999', '99999'],
  ['12345678', '12345678'],
  ['', null],
  ['12', null],
  ['+1234567', null],
  ['+1234567890123456', null],
  ['+0123456789', null],
  ['0896107079010896107079010', null],
  ['0896abc07901', null],
  ['٠٨٩٦١٠٧٠٧٩٠١', null],
  ['+62896\n', null],
  [' +6289610707901\r\n', '+6289610707901'],
  ['\u00a0089610707901 ', '+6289610707901'],
  [' 123 ', '123'],
  [' ', null],
  ['++6289610707901', null],
  ['62+89610707901', null],
];

for (const [written, address] of READ) {
  test(`${JSON.stringify(written)} is ${address ?? 'no recipient'}`, () => {
    assert.equal(read(written)?.address ?? null, address);
    assert.equal(read(written)?.address ?? null, address, 'the second reading, from memory');
  });
}

test('the region decides what a national number means', () => {
  assert.equal(recipientReader('DE')('0171 1234567')?.address, '+491711234567');
});

test('a misspelt word is led to the nearest one, a far one is not', () => {
  const known = ['to', 'text', 'sendAt', 'validitySeconds', 'deliveryReport'];
  assert.equal(nearestWord('send_at', known), 'sendAt');
  assert.equal(nearestWord('deliveryreports', known), 'deliveryReport');
  assert.equal(nearestWord('txt', known), 'text');
  assert.equal(nearestWord('hippopotamus', known), null);
  assert.equal(nearestWord('foo', known), null, 'two of three letters changed is no misspelling');
  assert.equal(nearestWord('__proto__', known), null);
  assert.equal(nearestWord('dr', known), null);
  assert.equal(nearestWord('val', known), 'validitySeconds', 'cut short');
  assert.equal(nearestWord('delivery', [...known, 'deliveryTime']), null, 'two begin so');
  assert.equal(nearestWord('x'.repeat(1e6), known), null);
});
