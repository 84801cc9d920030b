import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../app/modem/profiles.ts';
import { type Script, scripted } from './scripted-modem.ts';

const OK = '\r\nOK\r\n';

/** What each family prints for itself, with values as seen in the field. */
const STORMS: Readonly<Record<string, readonly string[]>> = {
  huawei: [
    '^RSSI:17',
    '^BOOT:24116951,0,0,0,20',
    '^DSFLOWRPT:0000003C,00000000',
    '^HCSQ:"GSM",30',
    '^SIMST:1',
  ],
  zte: ['+ZUSIMR:2', '+ZPASR: "UMTS"', '+ZDONR: "TELKOMSEL",510,10,"CS_PS","ROAM_OFF"'],
  sim800: [
    '*PSUTTZ: 2026,11,21,7,0,0,"+28",0',
    'DST: 0',
    '+CIEV: 10,"51010","TELKOMSEL"',
    'UNDER-VOLTAGE WARNNING',
  ],
  sim7600: ['+CSQ: 20,99', '+CNSMOD: 0,8', '+NITZ: 26/11/21,07:00:00+28,0'],
  quectel: ['+QIND: "csq",20,99', '+CTZV: +28', '+QUSIM: 1', '+QLWURC: 1'],
  wavecom: ['+WIND: 4', '+WWSM: 1', '+CREG: 1'],
  telit: ['#STN: 33', 'SRING', '+CUSD: 0,"a > b OK ERROR",15', '+CGREG: 1'],
  ublox: ['+UUSTS: 0,1,25', '+CIEV: 2,3', '+UUPSDD: 0', 'RING'],
};

for (const [family, lines] of Object.entries(STORMS)) {
  test(`a storm of ${family} lines around every answer, the prompt and the result changes nothing`, async () => {
    const noise = lines.map((line) => `\r\n${line}\r\n`).join('');
    const around = (answer: string): string => noise + answer + noise;
    const script: Script = {
      AT: around(OK),
      'AT+CGMI': around(`\r\n${family}\r\n${OK}`),
      'AT+CGMM': around(`\r\nM1\r\n${OK}`),
      'AT+CGSN': around(`\r\n490154203237518\r\n${OK}`),
      'AT+CPIN?': around(`\r\n+CPIN: READY\r\n${OK}`),
      'AT+CSQ': around(`\r\n+CSQ: 17,99\r\n${OK}`),
      'AT+CREG?': around(`\r\n+CREG: 2,1\r\n${OK}`),
      'AT+CGREG?': around(`\r\n+CGREG: 2,1\r\n${OK}`),
      'AT+CMGF?': around(`\r\n+CMGF: 0\r\n${OK}`),
      'AT+CNMI?': around(
        `\r\n+CNMI: 2,1,0,${family === 'sim800' || family === 'quectel' || family === 'telit' ? 1 : 2},0\r\n${OK}`,
      ),
      'AT+CMGS=': `${noise}\r\n> `,
    };
    const { driver, links, pass, clock } = scripted(script);
    driver.start();
    await pass(8_000);
    assert.ok(driver.ready(), JSON.stringify(driver.snapshot()));
    assert.equal(driver.snapshot().family?.split('-')[0], family);
    assert.ok(PROFILES.some(({ name }) => name === family));
    for (let reference = 0; reference < 5; reference++) {
      const sending = driver.sendPart({ pdu: '0011000B91', tpduLength: 4 }, () =>
        Promise.resolve('committed'),
      );
      await pass(50);
      links[0]?.deliver(`${noise}\r\n+CMGS: ${reference}\r\n${noise}${OK}${noise}`);
      const outcome = await sending;
      assert.equal(
        outcome.kind === 'sent' && outcome.reference,
        reference,
        JSON.stringify(outcome),
      );
      // Lines that may tell of a restart hold the next part back while settings are looked at.
      for (let waitedMs = 0; waitedMs < 4_000 && !driver.ready(); waitedMs += 100) {
        await pass(100);
      }
      assert.ok(driver.ready());
    }
    assert.equal(driver.snapshot().recovery.count1h, 0);
    assert.equal(links.length, 1);
    await driver.stop();
    assert.equal(clock.pendingTimers(), 0);
  });
}
