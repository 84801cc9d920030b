import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeDeliver,
  decodeFromNetwork,
  decodeStatusReport,
  decodeSubmit,
  encodeDeliver,
  encodeStatusReport,
  encodeSubmit,
  joinParts,
  segmentText,
} from '../../app/pdu/index.ts';
import { anyText, gsm7Text, recipient, seeded } from './texts.ts';

const text = fc.oneof(gsm7Text(500), anyText(300));
const serviceCentre = fc.option(fc.stringMatching(/^\+[0-9]{8,14}$/));
const bits = fc.constantFrom<8 | 16>(8, 16);
/** Whole seconds of the years that two digits can say in every zone. */
const moment = fc
  .integer({ min: Date.UTC(1990, 0, 2) / 1000, max: Date.UTC(2089, 11, 31) / 1000 })
  .map((seconds) => seconds * 1000);
const offset = fc.integer({ min: -56, max: 56 }).map((quarters) => quarters * 15);

test('SMS-SUBMIT: what was encoded is decoded, part by part and joined', () => {
  fc.assert(
    fc.property(
      fc.record({ to: recipient(), text, smsc: serviceCentre, bits, reference: fc.nat(255) }),
      fc.record({ statusReport: fc.boolean(), flash: fc.boolean() }),
      fc.option(fc.integer({ min: 1, max: 70 * 7 * 86_400 })),
      (message, flags, validitySeconds) => {
        const { encoding, parts } = segmentText(message.text, {
          encoding: 'auto',
          referenceBits: message.bits,
        });
        const decoded = parts.map((part, index) => {
          const concat =
            parts.length === 1
              ? null
              : {
                  reference: message.reference,
                  bits: message.bits,
                  total: parts.length,
                  number: index + 1,
                };
          const { pdu, tpduLength } = encodeSubmit({
            ...message,
            ...flags,
            text: part,
            encoding,
            concat,
            validitySeconds,
          });
          const serviceCentreOctets = 1 + Number.parseInt(pdu.slice(0, 2), 16);
          assert.equal(pdu.length / 2, serviceCentreOctets + tpduLength);
          assert.equal(pdu, pdu.toUpperCase());
          const back = decodeSubmit(pdu);
          assert.equal(back.text, part);
          assert.equal(back.to, message.to);
          assert.equal(back.smsc, message.smsc);
          assert.equal(back.encoding, encoding);
          assert.equal(back.lossy, false);
          assert.deepEqual(back.concat, concat);
          assert.equal(back.statusReport, flags.statusReport);
          assert.equal(back.flash, flags.flash);
          assert.equal(back.validity.kind, validitySeconds === null ? 'none' : 'relative');
          return back;
        });
        assert.deepEqual(joinParts(decoded), { text: message.text, encoding, lossy: false });
      },
    ),
    seeded(500),
  );
});

test('SMS-DELIVER: numbers, names, times and texts come back', () => {
  const from = fc.oneof(
    fc.stringMatching(/^\+[0-9]{4,15}$/),
    fc.stringMatching(/^[0-9*#]{1,20}$/),
    // Eight characters with a last "@" can't be told from seven; see address.ts.
    gsm7Text(5).filter((name) => name !== '' && !/^\+?[0-9*#]+$/.test(name)),
    fc.stringMatching(/^[A-Z][A-Za-z -]{0,10}$/),
  );
  fc.assert(
    fc.property(
      fc.record({
        from,
        serviceCentreAtMs: moment,
        serviceCentreOffsetMinutes: offset,
        moreMessages: fc.boolean(),
        flash: fc.boolean(),
      }),
      fc.oneof(gsm7Text(80), anyText(30)),
      (fields, shortText) => {
        const { encoding, parts } = segmentText(shortText, { encoding: 'auto' });
        const [part = ''] = parts;
        const { pdu } = encodeDeliver({ ...fields, text: part, encoding, concat: null });
        const back = decodeDeliver(pdu);
        assert.deepEqual(decodeFromNetwork(pdu), back);
        assert.equal(back.from, fields.from);
        assert.equal(back.text, part);
        assert.equal(back.serviceCentreAtMs, fields.serviceCentreAtMs);
        assert.equal(back.serviceCentreOffsetMinutes, fields.serviceCentreOffsetMinutes);
        assert.equal(back.moreMessages, fields.moreMessages);
        assert.equal(back.flash, fields.flash);
      },
    ),
    seeded(1000),
  );
});

test('8-bit data comes back as hex', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 140 }), (data) => {
      const text = Buffer.from(data).toString('hex').toUpperCase();
      const { pdu } = encodeDeliver({
        from: '+6281',
        text,
        encoding: '8bit',
        concat: null,
        serviceCentreAtMs: 0,
      });
      const back = decodeDeliver(pdu);
      assert.equal(back.encoding, '8bit');
      assert.equal(back.text, text);
      assert.deepEqual(back.userData, data);
    }),
    seeded(200),
  );
});

test('SMS-STATUS-REPORT: all fields come back', () => {
  fc.assert(
    fc.property(
      fc.record({
        reference: fc.nat(255),
        recipient: recipient(),
        serviceCentreAtMs: moment,
        dischargedAtMs: moment,
        offsetMinutes: offset,
        tpSt: fc.nat(255),
        smsc: serviceCentre,
      }),
      (fields) => {
        const back = decodeStatusReport(encodeStatusReport(fields).pdu);
        assert.equal(back.reference, fields.reference);
        assert.equal(back.recipient, fields.recipient);
        assert.equal(back.serviceCentreAtMs, fields.serviceCentreAtMs);
        assert.equal(back.dischargedAtMs, fields.dischargedAtMs);
        assert.equal(back.tpSt, fields.tpSt);
        assert.equal(back.smsc, fields.smsc);
        assert.equal(back.text, '');
      },
    ),
    seeded(500),
  );
});
