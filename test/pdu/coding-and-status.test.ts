import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  classifyDeliveryStatus,
  decodeDeliver,
  decodeFromNetwork,
  decodeStatusReport,
  decodeSubmit,
  encodeSubmit,
} from '../../app/pdu/index.ts';
import { codeOf, deliver, SUBMIT } from './plain-pdus.ts';

describe('data coding scheme', () => {
  const HELLO = '05E8329BFD06';
  const UCS2 = '040448043D';
  test('each group names alphabet and class', () => {
    const gsm7 = [
      '00',
      '10',
      '11',
      '13',
      '0C',
      '40',
      '80',
      'A5',
      'BF',
      'C0',
      'C8',
      'D1',
      'F0',
      'F3',
      'F8',
    ];
    for (const dcs of gsm7) assert.equal(deliver({ dcs, ud: HELLO }).text, 'hello', dcs);
    for (const dcs of ['08', '18', '1B', '48', 'E0', 'EA']) {
      assert.equal(deliver({ dcs, ud: UCS2 }).text, 'шн', dcs);
    }
    for (const dcs of ['04', '15', '44', 'F4', 'F7']) {
      const { text, encoding, lossy } = deliver({ dcs, ud: UCS2 });
      assert.deepEqual([text, encoding, lossy], ['0448043D', '8bit', false], dcs);
    }
  });

  test('flash is class 0 of either group', () => {
    assert.deepEqual(
      ['00', '10', '18', 'F0', 'F4', '11', 'F1', '50'].map((dcs) => deliver({ dcs }).flash),
      [false, true, true, true, true, false, false, true],
    );
  });

  test('compressed text is kept as octets and marked', () => {
    const { text, encoding, lossy } = deliver({ dcs: '20', ud: '03A1B2C3' });
    assert.deepEqual([text, encoding, lossy], ['A1B2C3', '8bit', true]);
  });

  test('message waiting', () => {
    const waiting = (dcs: string) => deliver({ dcs }).scheme.waiting;
    assert.deepEqual(waiting('C8'), { kind: 'voice', active: true, store: false });
    assert.deepEqual(waiting('D2'), { kind: 'email', active: false, store: true });
    assert.deepEqual(waiting('E9'), { kind: 'fax', active: true, store: true });
    assert.equal(waiting('00'), null);
    assert.equal(deliver({ dcs: '40' }).scheme.autoDelete, true);
  });
});

describe('delivery status', () => {
  test('the octet decides between delivered, still trying and given up', () => {
    const outcomes = Array.from({ length: 256 }, (_, tpSt) => classifyDeliveryStatus(tpSt).outcome);
    assert.deepEqual(new Set(outcomes.slice(0x00, 0x20)), new Set(['delivered']));
    assert.deepEqual(new Set(outcomes.slice(0x20, 0x40)), new Set(['pending']));
    assert.deepEqual(new Set(outcomes.slice(0x40)), new Set(['undelivered']));
    assert.equal(classifyDeliveryStatus(0x46).meaning, 'validity period expired');
    assert.equal(classifyDeliveryStatus(0x22).meaning, 'no response from the phone, still trying');
    assert.equal(classifyDeliveryStatus(0x62).meaning, 'no response from the phone, given up');
    for (let tpSt = 0; tpSt < 256; tpSt += 1) assert.ok(classifyDeliveryStatus(tpSt).meaning);
  });

  const REPORT = '000611' + '05812143F5' + '62102001405082' + '62102001409082' + '00';
  test('optional fields may be there, partly or not at all', () => {
    assert.equal(decodeStatusReport(REPORT).text, '');
    assert.equal(decodeStatusReport(`${REPORT}00`).text, '');
    assert.equal(decodeStatusReport(`${REPORT}0700`).text, '');
    assert.equal(decodeStatusReport(`${REPORT}07000005E8329BFD06`).text, 'hello');
    assert.equal(decodeStatusReport(`${REPORT}870007000005`).recipient, '12345');
    assert.equal(decodeStatusReport(`${REPORT}8100FF`).recipient, '12345');
    assert.equal(decodeStatusReport(`${REPORT}0405E8329BFD06`).text, 'hello');
  });

  test('which PDU is what', () => {
    assert.equal(decodeFromNetwork(REPORT).kind, 'status-report');
    const submit = encodeSubmit(SUBMIT).pdu;
    assert.equal(
      codeOf(() => decodeFromNetwork(submit)),
      'bad-pdu',
    );
    assert.equal(
      codeOf(() => decodeDeliver(submit)),
      'bad-pdu',
    );
    assert.equal(
      codeOf(() => decodeStatusReport(submit)),
      'bad-pdu',
    );
    assert.equal(
      codeOf(() => decodeSubmit(REPORT)),
      'bad-pdu',
    );
    // The reserved type is read as SMS-DELIVER.
    assert.equal(decodeFromNetwork('000705812143F500006210200140508205E8329BFD06').text, 'hello');
  });
});
