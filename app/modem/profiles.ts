import type { TriesCommand } from './answers/sim.ts';

export type CnmiSetting = readonly [mode: number, mt: number, bm: number, ds: number, bfr: number];

/** Facts of one family of modems. Data only: the flow asks no modem for its maker. */
export interface FamilyProfile {
  readonly name: string;
  /** Matched against "manufacturer model firmware"; the first family that matches wins. */
  readonly matches: RegExp;
  /** Ways to have new messages announced, best first; all are tried before polling alone. */
  readonly cnmi: readonly CnmiSetting[];
  /** How to ask for the remaining PIN tries, before the standard `+CPINR`. */
  readonly pinTries: TriesCommand | null;
  /** The first that answers OK is used by the ladder's reset rung. */
  readonly resetCommands: readonly string[];
  readonly radioOff: string;
  readonly radioOn: string;
  /** Lines the modem prints for itself; they prove nothing about its health. */
  readonly noise: readonly string[];
  /** Sent once at bring-up; an error is ignored. */
  readonly quietCommands: readonly string[];
  readonly iccidCommands: readonly string[];
  /** Silence after Ctrl-Z means an unknown outcome only after this time. */
  readonly longestSendMs: number;
  readonly ussd: 'plain' | 'packed-hex';
  /** USB interface numbers that carry AT commands, best first. */
  readonly interfaces: readonly number[];
}

const STANDARD_CNMI: readonly CnmiSetting[] = [
  [2, 1, 0, 2, 0],
  [2, 1, 0, 1, 0],
  [2, 1, 0, 0, 0],
  [1, 1, 0, 1, 0],
  [1, 1, 0, 0, 0],
  [3, 1, 0, 1, 0],
  [3, 1, 0, 0, 0],
];
/** Status reports straight to us: the family's stored ones can't be found again, or don't exist. */
const DIRECT_REPORTS: readonly CnmiSetting[] = [
  [2, 1, 0, 1, 0],
  [2, 1, 0, 0, 0],
  [1, 1, 0, 1, 0],
  [1, 1, 0, 0, 0],
];

export const STANDARD_TRIES: TriesCommand = {
  command: 'AT+CPINR',
  prefix: '+CPINR:',
  shape: 'named',
};

export const GENERIC: FamilyProfile = {
  name: 'generic',
  matches: /(?:)/,
  cnmi: STANDARD_CNMI,
  pinTries: null,
  resetCommands: ['AT+CFUN=1,1'],
  radioOff: 'AT+CFUN=4',
  radioOn: 'AT+CFUN=1',
  noise: [],
  quietCommands: [],
  iccidCommands: ['AT+CCID', 'AT+ICCID', 'AT+CRSM=176,12258,0,0,10'],
  longestSendMs: 90_000,
  ussd: 'plain',
  interfaces: [],
};

/** Order matters where one maker's name appears in another's answer; `generic` is last. */
export const PROFILES: readonly FamilyProfile[] = [
  {
    ...GENERIC,
    name: 'huawei',
    matches: /huawei|\b(E1[57]\d{1,2}|E2\d{2}|E3\d{3}|K3\d{3}|K4\d{3})/i,
    pinTries: { command: 'AT^CPIN?', prefix: '^CPIN:', shape: 'last-puk-pin-puk2-pin2' },
    resetCommands: ['AT^RESET', 'AT+CFUN=1,1', 'AT+CFUN=16'],
    noise: [
      '^RSSI:',
      '^MODE:',
      '^BOOT:',
      '^DSFLOWRPT:',
      '^SRVST:',
      '^SIMST:',
      '^STIN:',
      '^CSNR:',
      '^HCSQ:',
      '^NWTIME:',
      '^ECCLIST:',
      '^EONS:',
      '^LWURC:',
      '^RFSWITCH:',
      '^ANLEVEL:',
    ],
    quietCommands: ['AT^CURC=0'],
    iccidCommands: ['AT^ICCID?', ...GENERIC.iccidCommands],
    ussd: 'packed-hex',
    interfaces: [2, 0, 1],
  },
  {
    ...GENERIC,
    name: 'zte',
    matches: /\bzte\b|\bMF\d{3}/i,
    pinTries: { command: 'AT+ZPINPUK=?', prefix: '+ZPINPUK:', shape: 'pin-puk' },
    noise: ['+ZUSIMR:', '+ZPASR:', '+ZDONR:', '+ZPSTM:', '+ZEND', '+ZPAS'],
    iccidCommands: ['AT+ZGETICCID', ...GENERIC.iccidCommands],
    interfaces: [1, 3, 2],
  },
  {
    ...GENERIC,
    name: 'sim7600',
    matches: /sim(com)?[ _-]*(7[0-9]{3}|a7[0-9]{3})/i,
    pinTries: { command: 'AT+SPIC', prefix: '+SPIC:', shape: 'pin-puk-pin2-puk2' },
    resetCommands: ['AT+CRESET', 'AT+CFUN=1,1'],
    noise: ['+NITZ', '+CNSMOD:', '+CSQ:', 'RDY', 'SMS DONE', 'PB DONE'],
    quietCommands: ['AT+AUTOCSQ=0'],
    iccidCommands: ['AT+CICCID', ...GENERIC.iccidCommands],
    interfaces: [2, 3],
  },
  {
    ...GENERIC,
    name: 'sim800',
    matches: /sim(com)?[ _-]*[89]\d{2}/i,
    cnmi: DIRECT_REPORTS,
    pinTries: { command: 'AT+SPIC', prefix: '+SPIC:', shape: 'pin-puk-pin2-puk2' },
    noise: [
      '*PSUTTZ:',
      'DST:',
      '+CIEV:',
      'UNDER-VOLTAGE',
      'OVER-VOLTAGE',
      'Call Ready',
      'SMS Ready',
    ],
    longestSendMs: 120_000,
  },
  {
    ...GENERIC,
    name: 'quectel',
    matches: /quectel|\b(EC2[0-9]|EG2[0-9]|EG9[0-9]|BG9[0-9]|M95|M26|UC20)/i,
    cnmi: DIRECT_REPORTS,
    pinTries: { command: 'AT+QPINC="SC"', prefix: '+QPINC:', shape: 'pin-puk' },
    noise: ['+QIND:', '+QUSIM:', '+QLWURC:', '+CTZV:', 'RDY', 'Call Ready'],
    quietCommands: ['AT+QURCCFG="urcport","usbat"'],
    iccidCommands: ['AT+QCCID', ...GENERIC.iccidCommands],
    interfaces: [2, 3],
  },
  {
    ...GENERIC,
    name: 'wavecom',
    matches: /wavecom|fastrack|wismo/i,
    resetCommands: ['AT+CFUN=1'],
    noise: ['+WIND:', '+WWSM:'],
    longestSendMs: 120_000,
  },
  {
    ...GENERIC,
    name: 'sierra',
    matches: /sierra|aircard|\bMC[78]\d{3}/i,
    pinTries: { command: 'AT+CPINC?', prefix: '+CPINC:', shape: 'pin-pin2-puk-puk2' },
    resetCommands: ['AT!RESET', 'AT+CFUN=1,1'],
    noise: ['+WIND:', '+PACSP'],
    interfaces: [3, 2],
  },
  {
    ...GENERIC,
    name: 'ublox',
    matches: /u-?blox|\b(SARA|LISA|LARA|TOBY)-/i,
    pinTries: { command: 'AT+UPINCNT', prefix: '+UPINCNT:', shape: 'pin-pin2-puk-puk2' },
    resetCommands: ['AT+CFUN=16', 'AT+CFUN=1,1'],
    noise: ['+UUSTS', '+PBREADY', '+CIEV:', '+UUPSDD'],
    interfaces: [2, 0],
  },
  {
    ...GENERIC,
    name: 'telit',
    matches: /telit/i,
    cnmi: DIRECT_REPORTS,
    pinTries: { command: 'AT#PCT', prefix: '#PCT:', shape: 'pin-only' },
    resetCommands: ['AT#REBOOT', 'AT+CFUN=1,1'],
    noise: ['#STN:', 'SRING', '+SERVICE'],
    longestSendMs: 120_000,
  },
  {
    ...GENERIC,
    name: 'cinterion',
    matches: /cinterion|siemens|gemalto|thales|\b(MC75|TC35|BGS2|EHS\d|PLS\d)/i,
    cnmi: [[2, 1, 0, 2, 1], [2, 1, 0, 1, 1], [1, 1, 0, 2, 1], [1, 1, 0, 1, 1], ...STANDARD_CNMI],
    pinTries: { command: 'AT^SPIC="SC"', prefix: '^SPIC:', shape: 'pin-only' },
    noise: ['^SYSSTART', '^SBC:', '+CIEV:'],
    longestSendMs: 120_000,
  },
  {
    ...GENERIC,
    name: 'mtk',
    matches: /mediatek|\bmtk\b|longcheer|dwm-?157|mt6\d{3}/i,
    pinTries: { command: 'AT+EPINC?', prefix: '+EPINC:', shape: 'pin-pin2-puk-puk2' },
    radioOff: 'AT+CFUN=0',
    noise: ['+EIND:', '+EUSIM:', '+ECUSD:'],
  },
  GENERIC,
];

/** The family of a modem by what it says of itself; `generic` when nobody knows it. */
export function pickProfile(identity: {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
}): FamilyProfile {
  const text = [identity.manufacturer, identity.model, identity.firmware].join(' ');
  return PROFILES.find((profile) => profile.matches.test(text)) ?? GENERIC;
}
