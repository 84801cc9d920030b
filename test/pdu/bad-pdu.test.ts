import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeDeliver,
  decodeFromNetwork,
  encodeSubmit,
  PduError,
  type SubmitFields,
} from '../../app/pdu/index.ts';
import { codeOf, deliver, SUBMIT } from './plain-pdus.ts';

describe('what is no PDU', () => {
  test('bad-pdu, without the octets in the error', () => {
    for (const hex of ['', '0', 'zz', '00', '0004', '07', 'OK', '0x00', '00 04', '٠٠', 'FF00']) {
      assert.throws(
        () => decodeFromNetwork(hex),
        (error) => error instanceof PduError && error.code === 'bad-pdu' && error.retry === 'never',
        hex,
      );
    }
  });

  test('lower case and blanks around it are no fault', () => {
    const hex = '000405812143F500006210200140508205E8329BFD06';
    assert.equal(decodeDeliver(` ${hex.toLowerCase()}\r\n`).text, 'hello');
  });

  test('octets after the end are ignored', () => {
    assert.equal(deliver({ ud: '05E8329BFD06FFFFFF' }).text, 'hello');
  });

  test('a text that stops too early is read as far as it goes, and marked', () => {
    const { text, lossy } = deliver({ ud: '0AE8329BFD06' });
    assert.deepEqual([text, lossy], ['hello', true]);
    const half = deliver({ dcs: '08', ud: '04044804' });
    assert.deepEqual([half.text, half.lossy], ['ш', true]);
  });
});

describe('what can not be encoded', () => {
  test('says which field', () => {
    const code = (change: Partial<SubmitFields>) =>
      codeOf(() => encodeSubmit({ ...SUBMIT, ...change }));
    const concat = { reference: 1, bits: 8, total: 2, number: 1 } as const;
    assert.equal(code({ text: 'a'.repeat(161) }), 'text-invalid');
    assert.equal(code({ text: 'a'.repeat(154), concat }), 'text-invalid');
    assert.equal(code({ text: 'a'.repeat(153), concat }), 'nothing thrown');
    assert.equal(code({ text: 'ш'.repeat(71), encoding: 'ucs2' }), 'text-invalid');
    assert.equal(code({ text: 'ш' }), 'text-not-gsm7');
    assert.equal(code({ concat: { ...concat, number: 3 } }), 'text-invalid');
    assert.equal(code({ concat: { ...concat, number: 0 } }), 'text-invalid');
    assert.equal(code({ concat: { ...concat, total: 256 } }), 'text-invalid');
    assert.equal(code({ concat: { ...concat, reference: 256 } }), 'text-invalid');
    assert.equal(code({ concat: { ...concat, reference: 65_535, bits: 16 } }), 'nothing thrown');
  });
});
