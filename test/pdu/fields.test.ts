import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeSubmit, encodeSubmit } from '../../app/pdu/index.ts';
import { codeOf, deliver, SUBMIT } from './plain-pdus.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

describe('validity period', () => {
  const octetFor = (validitySeconds: number): number =>
    Number.parseInt(encodeSubmit({ ...SUBMIT, validitySeconds }).pdu.slice(18, 20), 16);
  const secondsOf = (octet: number): number => {
    const hex = octet.toString(16).padStart(2, '0');
    const { validity } = decodeSubmit(`001100049126180000${hex}0178`);
    return validity.kind === 'relative' ? validity.seconds : Number.NaN;
  };

  test('every octet means what the clause says, and is what its period is encoded to', () => {
    const expected = Array.from({ length: 256 }, (_, octet) =>
      octet <= 143
        ? (octet + 1) * 5 * MINUTE
        : octet <= 167
          ? 12 * HOUR + (octet - 143) * 30 * MINUTE
          : octet <= 196
            ? (octet - 166) * DAY
            : (octet - 192) * WEEK,
    );
    for (const [octet, seconds] of expected.entries()) {
      assert.equal(secondsOf(octet), seconds, `octet ${octet}`);
      // 143 says 12 hours, 167 says 24: each period has one octet.
      assert.equal(octetFor(seconds), octet, `${seconds} s`);
    }
  });

  test('a period between two steps is rounded up, one outside is cut off', () => {
    assert.deepEqual(
      [0, 1, 300, 301, 12 * HOUR + 1, DAY + 1, 2 * DAY + 1, 30 * DAY + 1, 63 * WEEK, 99 * WEEK].map(
        octetFor,
      ),
      [0, 0, 0, 1, 144, 168, 169, 197, 255, 255],
    );
  });

  const withValidity = (firstOctet: string, tpVp: string) =>
    decodeSubmit(`00${firstOctet}00049126180000${tpVp}0178`).validity;

  test('absolute', () => {
    assert.deepEqual(withValidity('19', '62102001405082'), {
      kind: 'absolute',
      atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
    assert.deepEqual(withValidity('19', 'FFFFFFFFFFFFFF'), { kind: 'absolute', atMs: null });
  });

  test('enhanced', () => {
    const enhanced = (tpVp: string) => withValidity('09', tpVp);
    const of = (seconds: number | null, singleShot = false) => ({
      kind: 'enhanced',
      seconds,
      singleShot,
    });
    assert.deepEqual(enhanced('00000000000000'), of(null));
    assert.deepEqual(enhanced('40000000000000'), of(null, true));
    assert.deepEqual(enhanced('01AA0000000000'), of(4 * DAY));
    assert.deepEqual(enhanced('022D0000000000'), of(45));
    assert.deepEqual(enhanced('43215400000000'), of(12 * HOUR + 45 * MINUTE, true));
    assert.deepEqual(enhanced('03FF5400000000'), of(null));
    assert.deepEqual(enhanced('07000000000000'), of(null), 'reserved form');
  });
});

describe('times of the network', () => {
  const at = (scts: string) => {
    const { serviceCentreAtMs, serviceCentreOffsetMinutes } = deliver({ scts });
    return serviceCentreAtMs === null
      ? null
      : [new Date(serviceCentreAtMs).toISOString().slice(0, 19), serviceCentreOffsetMinutes];
  };

  test('the zone is in quarter hours, its sign in bit 3', () => {
    assert.deepEqual(at('62102001405082'), ['2026-01-02T03:04:05', 7 * 60]);
    assert.deepEqual(at('62102001405032'), ['2026-01-02T04:19:05', 345], 'Nepal');
    assert.deepEqual(at('6210200140508A'), ['2026-01-02T17:04:05', -7 * 60]);
    assert.deepEqual(at('62102001405008'), ['2026-01-02T10:04:05', 0], 'minus zero');
    assert.deepEqual(at('62102001405065'), ['2026-01-01T20:04:05', 14 * 60], 'the widest');
  });

  test('what is no date is null', () => {
    const garbage = {
      zeros: '00000000000000',
      noise: 'FFFFFFFFFFFFFF',
      'month 13': '62312001405082',
      '30 February': '62200301405082',
      'hour 24': '62102042405082',
      'minute 60': '62102001065082',
      'second 60': '62102001400682',
      'a digit above 9': '62102001405A82',
      'a zone of 57 quarters': '62102001405075',
      'a zone with a digit above 9': '621020014050A2',
    };
    for (const [name, scts] of Object.entries(garbage)) assert.equal(at(scts), null, name);
    assert.notEqual(at('42209201405082'), null, '29 February 2024');
  });

  test('years 90 to 99 are of the last century', () => {
    assert.equal(at('99102001405000')?.[0], '1999-01-02T10:04:05');
    assert.equal(at('98102001405000')?.[0], '2089-01-02T10:04:05');
  });
});

describe('addresses', () => {
  const from = (oa: string) => {
    const { fromAddress } = deliver({ oa });
    return [fromAddress.kind, fromAddress.value];
  };

  test('numbers of each type, and the digits beyond 9', () => {
    assert.deepEqual(from('05812143F5'), ['number', '12345']);
    assert.deepEqual(from('04912143'), ['number', '+1234']);
    assert.deepEqual(from('05A12143F5'), ['number', '12345']);
    assert.deepEqual(from('05811A32FB'), ['number', '*123#']);
    assert.deepEqual(from('0581DCEBF9'), ['number', 'ab#c9']);
    assert.deepEqual(from('0081'), ['number', '']);
    assert.deepEqual(from('0091'), ['number', '']);
  });

  test('a filler in the middle ends the number', () => {
    assert.deepEqual(from('068121F343'), ['number', '123']);
  });

  test('names: 7 characters under both lengths, fewer under a rounded one, none', () => {
    // "TELKOM1" in 49 bits.
    assert.deepEqual(from('0DD0D42273F96CC600'), ['name', 'TELKOM1']);
    assert.deepEqual(from('0ED0D42273F96CC600'), ['name', 'TELKOM1'], 'no @ from the 7 spare bits');
    // "hello": the standard says 9 semi-octets, some write 10.
    assert.deepEqual(from('09D0E8329BFD06'), ['name', 'hello']);
    assert.deepEqual(from('0AD0E8329BFD06'), ['name', 'hello']);
    assert.deepEqual(from('00D0'), ['name', '']);
    assert.deepEqual(from('09D1E8329BFD06'), ['name', 'hello'], 'whatever the numbering plan');
  });

  test('what can not be dialled is refused before it is sent', () => {
    for (const to of ['', '+', 'PISANG', '+62 81', '123456789012345678901', '08１']) {
      assert.equal(
        codeOf(() => encodeSubmit({ ...SUBMIT, to })),
        'number-invalid',
        to,
      );
    }
    assert.equal(encodeSubmit({ ...SUBMIT, to: '*123#' }).pdu.slice(6, 16), '05811A32FB');
    assert.equal(
      codeOf(() => encodeSubmit({ ...SUBMIT, smsc: 'x' })),
      'number-invalid',
    );
  });
});
