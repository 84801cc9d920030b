import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeDeliver,
  decodeFromNetwork,
  decodeStatusReport,
  decodeSubmit,
  encodeDeliver,
  encodeStatusReport,
  encodeSubmit,
} from '../../app/pdu/index.ts';

const PLAIN = {
  encoding: 'gsm7',
  concat: null,
  validitySeconds: null,
  statusReport: false,
  flash: false,
} as const;

describe('published examples', () => {
  test('"hellohello" to +46708251358, with and without a validity period of four days', () => {
    const withoutValidity = '0001000B916407281553F800000AE8329BFD4697D9EC37';
    const fields = { ...PLAIN, to: '+46708251358', text: 'hellohello' };
    assert.deepEqual(encodeSubmit(fields), { pdu: withoutValidity, tpduLength: 22 });
    assert.equal(
      encodeSubmit({ ...fields, validitySeconds: 4 * 86_400 }).pdu,
      '0011000B916407281553F80000AA0AE8329BFD4697D9EC37',
    );
    const decoded = decodeSubmit('0011000B916407281553F80000AA0AE8329BFD4697D9EC37');
    assert.equal(decoded.to, '+46708251358');
    assert.equal(decoded.text, 'hellohello');
    assert.deepEqual(decoded.validity, { kind: 'relative', seconds: 4 * 86_400 });
  });

  test('an SMS-DELIVER with service centre +27381000015 from a national number', () => {
    const decoded = decodeDeliver(
      '07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37',
    );
    assert.equal(decoded.smsc, '+27381000015');
    assert.equal(decoded.from, '27838890001');
    assert.equal(decoded.fromAddress.typeOfNumber, 4);
    assert.equal(decoded.text, 'hellohello');
    assert.equal(decoded.serviceCentreOffsetMinutes, 120);
    assert.equal(decoded.serviceCentreAtMs, Date.UTC(1999, 2, 29, 13, 16, 59));
  });
});

describe('fields as they lie in the octets', () => {
  test('first octet, service centre, flash and status report of SMS-SUBMIT', () => {
    const { pdu, tpduLength } = encodeSubmit({
      to: '+6289610707901',
      text: 'pesan',
      encoding: 'gsm7',
      concat: { reference: 0xab, bits: 8, total: 2, number: 1 },
      validitySeconds: 300,
      statusReport: true,
      flash: true,
      smsc: '+6281100000',
    });
    assert.equal(pdu.slice(0, 14), '06912618010000');
    assert.equal(
      pdu.slice(14),
      `7100` + `0D91269816707009F1` + `0010` + `00` + `0C050003AB0201E0E579D80D`,
    );
    assert.equal(tpduLength, (pdu.length - 14) / 2);
  });

  test('an SMS-STATUS-REPORT without optional fields', () => {
    const fields = {
      reference: 17,
      recipient: '+6289610707901',
      serviceCentreAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      dischargedAtMs: Date.UTC(2026, 0, 2, 3, 4, 9),
      offsetMinutes: 7 * 60,
      tpSt: 0,
    };
    const { pdu } = encodeStatusReport(fields);
    assert.equal(pdu, '0006110D91269816707009F1' + '62102001405082' + '62102001409082' + '00');
    const decoded = decodeStatusReport(pdu);
    assert.equal(decoded.reference, 17);
    assert.equal(decoded.recipient, '+6289610707901');
    assert.equal(decoded.serviceCentreAtMs, fields.serviceCentreAtMs);
    assert.equal(decoded.dischargedAtMs, fields.dischargedAtMs);
    assert.equal(decoded.outcome, 'delivered');
    assert.equal(decodeFromNetwork(pdu).kind, 'status-report');
  });

  test('a name as sender', () => {
    const { pdu } = encodeDeliver({
      from: 'TELKOM1',
      text: 'é€',
      encoding: 'gsm7',
      concat: null,
      serviceCentreAtMs: 0,
    });
    const decoded = decodeFromNetwork(pdu);
    assert.ok(decoded.kind === 'deliver');
    assert.equal(pdu.slice(4, 8), '0DD0', 'seven characters are 13 semi-octets');
    assert.equal(decoded.from, 'TELKOM1');
    assert.equal(decoded.fromAddress.kind, 'name');
    assert.equal(decoded.text, 'é€');
  });
});
