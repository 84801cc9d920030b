import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permitPin, pinRefusal } from '../../app/modem/pin-rule.ts';
import { MemoryLedger } from './bench.ts';

const ICCID = '8962109999423153507';

test('what forbids an attempt before the ledger is asked', () => {
  const facts = { pin: '1234', iccid: ICCID, triesLeft: 3 };
  assert.equal(pinRefusal(facts), null);
  assert.equal(pinRefusal({ ...facts, triesLeft: 2 }), null);
  assert.equal(pinRefusal({ ...facts, triesLeft: null }), null);
  assert.equal(pinRefusal({ ...facts, triesLeft: 1 }), 'few-tries');
  assert.equal(pinRefusal({ ...facts, triesLeft: 0 }), 'few-tries');
  assert.equal(pinRefusal({ ...facts, iccid: null }), 'no-iccid');
  assert.equal(pinRefusal({ ...facts, pin: null }), 'no-pin');
  for (const pin of ['', '123', '123456789', '12a4', '1234"\r']) {
    assert.equal(pinRefusal({ ...facts, pin }), 'malformed-pin');
  }
});

test('the process dies after any octet of the command, ten times: the SIM sees one attempt', async () => {
  const command = 'AT+CPIN="1234"\r';
  for (const triesLeft of [3, 2, null]) {
    for (let octets = 0; octets <= command.length; octets++) {
      const ledger = new MemoryLedger();
      let written = 0;
      for (let start = 0; start < 11; start++) {
        const permit = await permitPin({ pin: '1234', iccid: ICCID, triesLeft }, ledger);
        if (typeof permit !== 'string') {
          // The attempt is on record before the first octet; the process dies at `octets`.
          written++;
        }
      }
      assert.equal(written, 1);
    }
  }
});

test('an unknown number of tries: another PIN for the same card is not tried either', async () => {
  const ledger = new MemoryLedger();
  const facts = { pin: '1111', iccid: ICCID, triesLeft: null };
  assert.notEqual(typeof (await permitPin(facts, ledger)), 'string');
  assert.equal(await permitPin({ ...facts, pin: '2222' }, ledger), 'tried-before');
  const known = await permitPin({ ...facts, pin: '2222', triesLeft: 3 }, ledger);
  assert.notEqual(typeof known, 'string');
  const other = await permitPin({ ...facts, iccid: '8962100000000000002' }, ledger);
  assert.notEqual(typeof other, 'string');
});

test('an accepted PIN is given again at the next start; the ledger never holds it in clear', async () => {
  const ledger = new MemoryLedger();
  const facts = { pin: '1234', iccid: ICCID, triesLeft: 3 };
  const permit = await permitPin(facts, ledger);
  assert.ok(typeof permit !== 'string');
  await ledger.result(ICCID, permit.hmac, true);
  assert.notEqual(typeof (await permitPin(facts, ledger)), 'string');
  assert.ok(!JSON.stringify(ledger.attempts).includes('1234"'));
});

test('a ledger that can not be written forbids it', async () => {
  const ledger = new MemoryLedger();
  ledger.failing = true;
  assert.equal(
    await permitPin({ pin: '1234', iccid: ICCID, triesLeft: 3 }, ledger),
    'ledger-failing',
  );
});
