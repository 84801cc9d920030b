import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allowedNumbers, fieldsOf } from '../../app/modem/answers/fields.ts';
import {
  parseIdentityText,
  parseImei,
  parseImsi,
  parseOperator,
  parseServiceCentre,
} from '../../app/modem/answers/identity.ts';
import {
  bestRegistration,
  isRegistrationAnswer,
  parseRegistration,
  registrationOf,
} from '../../app/modem/answers/registration.ts';
import { parseRsrp, parseSignal, signalBars } from '../../app/modem/answers/signal.ts';
import {
  parseIccid,
  parsePinState,
  parseTries,
  simStateOfError,
} from '../../app/modem/answers/sim.ts';
import {
  parseList,
  parseOfferedStores,
  parseRead,
  parseStoredNotice,
  parseStoreUses,
} from '../../app/modem/answers/storage.ts';
import { readUnsolicited } from '../../app/modem/answers/unsolicited.ts';
import { parseUssd } from '../../app/modem/answers/ussd.ts';
import { PROFILES, pickProfile, STANDARD_TRIES } from '../../app/modem/profiles.ts';
import { packedHex, textOfPacked } from '../../app/modem/ussd-dialogue.ts';

test('fields: quotes, commas inside them, brackets, emptiness', () => {
  assert.deepEqual(fieldsOf('+CREG: 2,1,"1A2B","0C3D"'), ['2', '1', '1A2B', '0C3D']);
  assert.deepEqual(fieldsOf('+CUSD: 0,"a, b",15'), ['0', 'a, b', '15']);
  assert.deepEqual(fieldsOf('+CNMI: (0-2),(0,1),(0)'), ['(0-2)', '(0,1)', '(0)']);
  assert.deepEqual(fieldsOf('+CMGL: 1,1,,24'), ['1', '1', '', '24']);
  assert.deepEqual([...allowedNumbers('(0-2,5)')], [0, 1, 2, 5]);
  assert.deepEqual([...allowedNumbers('1')], [1]);
});

test('registration: answers, unsolicited lines, and the best of three', () => {
  const answer = parseRegistration('+CREG: 2,1,"1a2b","0C3D4E",7', true);
  assert.deepEqual(answer, {
    domain: 'CREG',
    stat: 1,
    lac: '1A2B',
    cell: '0C3D4E',
    access: '4G',
  });
  assert.equal(parseRegistration('+CREG: 5', false)?.stat, 5);
  assert.equal(parseRegistration('+CREG: 1,"1A2B","0C3D",2', false)?.lac, '1A2B');
  assert.equal(parseRegistration('+CSQ: 1,2', false), null);
  assert.equal(parseRegistration('+CREG: x', false), null);
  assert.ok(isRegistrationAnswer('+CREG: 2,1'));
  assert.ok(!isRegistrationAnswer('+CREG: 1'));
  assert.ok(!isRegistrationAnswer('+CREG: 1,"1A2B","0C3D"'));
  const reading = (domain: 'CREG' | 'CEREG', stat: number) => ({
    domain,
    stat,
    lac: null,
    cell: null,
    access: null,
  });
  // On LTE the circuit-switched side may be denied while SMS works.
  assert.equal(bestRegistration([reading('CREG', 3), reading('CEREG', 1)])?.domain, 'CEREG');
  assert.equal(bestRegistration([]), null);
  assert.deepEqual([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 77].map(registrationOf), [
    'off',
    'home',
    'searching',
    'denied',
    'roaming',
    'sms-only',
    'roaming',
    'emergency',
    'home',
    'roaming',
    'unknown',
  ]);
});

test('signal: unknown is not zero', () => {
  assert.deepEqual(parseSignal('+CSQ: 18,99'), { csq: 18, ber: null });
  assert.deepEqual(parseSignal('+CSQ: 99,99'), { csq: 99, ber: null });
  assert.equal(parseSignal('+CSQ: 32,0'), null);
  assert.equal(parseRsrp('+CESQ: 99,99,255,255,20,50'), -91);
  assert.equal(parseRsrp('+CESQ: 20,0,255,255,255,255'), null);
  assert.deepEqual(
    [0, 2, 7, 10, 15, 20, 99].map((csq) => signalBars(csq, null)),
    [0, 1, 2, 3, 4, 5, null],
  );
  assert.deepEqual(
    [-85, -95, -105, -115, -124, -130].map((dbm) => signalBars(99, dbm)),
    [5, 4, 3, 2, 1, 0],
  );
});

test('SIM: state, number, tries of each maker', () => {
  assert.equal(parsePinState(['+CPIN: READY']), 'ready');
  assert.equal(parsePinState(['+CPIN: SIM PIN']), 'pin');
  assert.equal(parsePinState(['+CPIN: "SIM PUK"']), 'puk');
  assert.equal(parsePinState(['+CPIN: PH-NET PIN']), 'other');
  assert.equal(parsePinState([]), null);
  assert.equal(simStateOfError('cme', 10), 'missing');
  assert.equal(simStateOfError('cme', 14), 'busy');
  assert.equal(simStateOfError('cms', 310), 'missing');
  assert.equal(simStateOfError('cms', 38), null);
  for (const line of [
    '+CCID: 8962109999423153507',
    '8962109999423153507F',
    '^ICCID: "8962109999423153507"',
  ]) {
    assert.equal(parseIccid([line]), '8962109999423153507');
  }
  assert.equal(parseIccid(['+CCID: 123']), null);
  const tries = (profile: string, line: string) => {
    const how = PROFILES.find(({ name }) => name === profile)?.pinTries ?? STANDARD_TRIES;
    return parseTries([line], how);
  };
  assert.deepEqual(tries('huawei', '^CPIN: SIM PIN,,10,3,10,3'), { pin: 3, puk: 10 });
  assert.deepEqual(tries('huawei', '^CPIN: READY'), { pin: null, puk: null });
  assert.deepEqual(tries('zte', '+ZPINPUK: 2,10'), { pin: 2, puk: 10 });
  assert.deepEqual(tries('sim800', '+SPIC: 3,10,0,10'), { pin: 3, puk: 10 });
  assert.deepEqual(tries('quectel', '+QPINC: "SC",3,10'), { pin: 3, puk: 10 });
  assert.deepEqual(tries('sierra', '+CPINC: 3,2,10,9'), { pin: 3, puk: 10 });
  assert.deepEqual(tries('telit', '#PCT: 3'), { pin: 3, puk: null });
  assert.deepEqual(tries('generic', '+CPINR: SIM PIN,2,3'), { pin: 2, puk: null });
});

test('stores: use, lists, empty slots in every dialect', () => {
  assert.deepEqual(parseStoreUses(['+CPMS: 1,20,2,30,3,40']).at(-1), { used: 3, total: 40 });
  assert.deepEqual(parseStoreUses(['+CPMS: "SM",1,20,"ME",2,30'])[0], { used: 1, total: 20 });
  assert.deepEqual(parseStoreUses([]), []);
  assert.ok(parseOfferedStores(['+CPMS: ("SM","ME"),("SM")'])[0]?.has('ME'));
  assert.deepEqual(parseList([{ header: '+CMGL: 3,1,,24', pdu: '07ab ' }]), [
    { index: 3, stat: 1, pdu: '07AB' },
  ]);
  assert.equal(parseRead([]), null);
  assert.equal(parseRead([{ header: '+CMGR: 0,,0', pdu: '' }]), null);
  assert.deepEqual(parseStoredNotice('+CMTI: "SM",3'), { kind: 'message', index: 3 });
  assert.deepEqual(parseStoredNotice('+CDSI: "SM",0'), { kind: 'report', index: 0 });
  assert.equal(parseStoredNotice('+CMTI: "SM"'), null);
});

test('identity: prefixes, check digit, operators in both forms', () => {
  assert.equal(parseIdentityText(['+CGMM: "E173"']), 'E173');
  assert.equal(parseIdentityText(['Revision: 1.2']), '1.2');
  assert.equal(parseIdentityText(['']), null);
  assert.equal(parseImei(['490154203237518']), '490154203237518');
  assert.equal(parseImei(['490154203237519']), null);
  assert.equal(parseImei(['+CGSN: "490154203237518"']), '490154203237518');
  assert.equal(parseImsi(['510101234567890']), '510101234567890');
  assert.deepEqual(parseOperator(['+COPS: 0,0,"TELKOMSEL",2']), {
    name: 'TELKOMSEL',
    plmn: null,
    act: '2',
  });
  assert.deepEqual(parseOperator(['+COPS: 0,2,"51010",2']), {
    name: null,
    plmn: '51010',
    act: '2',
  });
  assert.deepEqual(parseOperator(['+COPS: 0']), { name: null, plmn: null, act: null });
  assert.equal(parseServiceCentre(['+CSCA: "+6281100000",145']), '+6281100000');
  assert.equal(parseServiceCentre(['+CSCA: "002B003600320038",145']), '+628');
  assert.equal(parseServiceCentre(['+CSCA: "",129']), null);
});

test('USSD: plain, UCS2, packed', () => {
  assert.deepEqual(parseUssd('+CUSD: 0,"Pulsa Rp 5.000",15', false, textOfPacked), {
    mode: 0,
    text: 'Pulsa Rp 5.000',
  });
  assert.equal(parseUssd('+CUSD: 0,"00480069",72', false, textOfPacked)?.text, 'Hi');
  assert.equal(parseUssd('+CUSD: 2', false, textOfPacked)?.text, null);
  assert.equal(packedHex('*100#'), 'AA180C3602');
  assert.equal(parseUssd(`+CUSD: 1,"${packedHex('*888#')}",15`, true, textOfPacked)?.text, '*888#');
  for (const text of ['1234567', '12345678', '*100*1#', '#']) {
    assert.equal(textOfPacked(Buffer.from(packedHex(text), 'hex')), text);
  }
});

test('unsolicited lines, and the noise of each family', () => {
  const line = (text: string, noise: readonly string[] = []) =>
    readUnsolicited({ kind: 'line', name: null, line: text }, noise).kind;
  assert.equal(line('+CMTI: "SM",3'), 'stored');
  assert.equal(line('+CREG: 2'), 'registration');
  assert.equal(line('^RSSI:17'), 'signal');
  assert.equal(line('+CUSD: 0,"x",15'), 'ussd');
  assert.equal(line('^SMMEMFULL: "SM"'), 'store-full');
  assert.equal(line('+CPIN: READY'), 'sim-changed');
  assert.equal(line('RING'), 'other');
  assert.equal(readUnsolicited({ kind: 'boot', stage: 'started', line: 'RDY' }, []).kind, 'booted');
  const huawei = pickProfile({ manufacturer: 'huawei', model: 'E173', firmware: null });
  assert.equal(line('^BOOT:24116951,0,0,0,20', huawei.noise), 'noise');
});

test('families by what modems say of themselves', () => {
  const family = (manufacturer: string, model: string): string =>
    pickProfile({ manufacturer, model, firmware: null }).name;
  assert.equal(family('huawei', 'E3372'), 'huawei');
  assert.equal(family('ZTE INCORPORATED', 'MF190'), 'zte');
  assert.equal(family('SIMCOM_Ltd', 'SIMCOM_SIM800L'), 'sim800');
  assert.equal(family('SIMCOM INCORPORATED', 'SIMCOM_SIM7600E-H'), 'sim7600');
  assert.equal(family('Quectel', 'EC25'), 'quectel');
  assert.equal(family('Sierra Wireless', 'MC7304'), 'sierra');
  assert.equal(family('u-blox', 'SARA-U201'), 'ublox');
  assert.equal(family('Telit', 'HE910'), 'telit');
  assert.equal(family('Cinterion', 'BGS2-W'), 'cinterion');
  assert.equal(family('WAVECOM MODEM', 'Fastrack'), 'wavecom');
  assert.equal(family('MediaTek Inc', 'MT6261'), 'mtk');
  assert.equal(family('nobody', 'unknown'), 'generic');
  assert.equal(pickProfile({ manufacturer: null, model: null, firmware: null }).name, 'generic');
});

test('no line, whatever it is, makes a parser throw', () => {
  const prefixes = [
    '+CREG:',
    '+CSQ:',
    '+CPIN:',
    '+CPMS:',
    '+CMGL:',
    '+CUSD:',
    '+COPS:',
    '+CSCA:',
    '+CESQ:',
    '+CMTI:',
    '+CRSM:',
    '^CPIN:',
    '',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...prefixes), fc.string({ unit: 'binary' }), (prefix, rest) => {
      const line = `${prefix} ${rest}`;
      const lines = [line];
      parseRegistration(line, true);
      parseRegistration(line, false);
      parseSignal(line);
      parseRsrp(line);
      parsePinState(lines);
      parseIccid(lines);
      for (const { pinTries } of PROFILES) {
        parseTries(lines, pinTries ?? STANDARD_TRIES);
      }
      parseStoreUses(lines);
      parseOfferedStores(lines);
      parseList([{ header: line, pdu: rest }]);
      parseRead([{ header: line, pdu: rest }]);
      parseOperator(lines);
      parseServiceCentre(lines);
      parseImei(lines);
      parseIdentityText(lines);
      parseUssd(line, true, textOfPacked);
      allowedNumbers(rest);
      readUnsolicited({ kind: 'line', name: null, line }, []);
    }),
    { numRuns: 2_000 },
  );
});
