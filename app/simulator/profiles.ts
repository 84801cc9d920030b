import type { MessageMemory } from './message-store.ts';

/** Facts about one family of modems, as data: nothing in the flow asks for a name. */
export interface ModemProfile {
  readonly name: string;
  /** Two digits of the IMEI. */
  readonly number: number;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
  /** What ATI prints. */
  readonly about: readonly string[];
  /** Lines printed when it starts, and later when the SIM has been read. */
  readonly bootLines: readonly string[];
  readonly simReadyLines: readonly string[];
  /** Unasked lines it keeps printing under the fault `noisyUrcs`; `{csq}` is the signal. */
  readonly noisyLines: readonly string[];
  /** The values that `AT+CNMI` accepts: mode, mt, bm, ds, bfr (27.005 §3.4.1). */
  readonly cnmi: readonly (readonly number[])[];
  /** The values of `AT+CSMS`. */
  readonly services: readonly number[];
  readonly memories: Readonly<Partial<Record<MessageMemory, number>>>;
  /** The number of the first place in a memory. */
  readonly firstIndex: 0 | 1;
  /** Where reports go under CNMI ds=2, and whether the +CDSI line names a wrong place for them. */
  readonly reportMemory: MessageMemory;
  readonly reportLineLies: boolean;
  /** `<AcT>` of 27.007 §7.3: 0 GSM, 2 UTRAN, 7 E-UTRAN. */
  readonly access: 0 | 2 | 7;
  readonly ussd: 'plain' | 'packed-hex';
  /**
   * Vendor commands with a fixed form of answer, such as the one for remaining PIN tries. The key is
   * the command without AT, upper case; `{pin} {puk} {pin2} {puk2} {iccid} {imei} {csq}` are filled in.
   */
  readonly answers: Readonly<Record<string, string>>;
  /** Commands, without AT and upper case, that restart it besides `AT+CFUN=1,1`. */
  readonly resetCommands: readonly string[];
}

const generic: ModemProfile = {
  name: 'generic',
  number: 0,
  manufacturer: 'pisang',
  model: 'SIMULATED MODEM',
  revision: 'SIM-1.0',
  about: ['pisang SIMULATED MODEM', 'Revision: SIM-1.0'],
  bootLines: ['RDY'],
  simReadyLines: ['+CPIN: READY', 'SMS Ready'],
  noisyLines: ['+CSQ: {csq},99', '+CIEV: 2,3'],
  cnmi: [
    [0, 1, 2],
    [0, 1, 2, 3],
    [0, 2],
    [0, 1, 2],
    [0, 1],
  ],
  services: [0, 1],
  memories: { SM: 30, ME: 100 },
  firstIndex: 1,
  reportMemory: 'SM',
  reportLineLies: false,
  access: 2,
  ussd: 'plain',
  answers: {
    '+CPINR': '+CPINR: SIM PIN,{pin},3\r\n+CPINR: SIM PUK,{puk},10',
    '+CPINR="SIM PIN"': '+CPINR: SIM PIN,{pin},3',
    '+CPINR="SIM PUK"': '+CPINR: SIM PUK,{puk},10',
    '+CCID': '+CCID: {iccid}',
    '+CCID?': '+CCID: {iccid}',
    '+ICCID': '+ICCID: {iccid}',
  },
  resetCommands: [],
};

const huaweiE173: ModemProfile = {
  ...generic,
  name: 'huawei-e173',
  number: 1,
  manufacturer: 'huawei',
  model: 'E173',
  revision: '11.126.85.00.209',
  about: ['Manufacturer: huawei', 'Model: E173', 'Revision: 11.126.85.00.209', 'IMEI: {imei}'],
  bootLines: ['^BOOT:24116951,0,0,0,20'],
  simReadyLines: ['^SIMST:1', '^SRVST:2', '^STIN: 1, 0, 0'],
  noisyLines: ['^RSSI:{csq}', '^BOOT:24116951,0,0,0,20', '^DSFLOWRPT:0000003C,00000000,00000000'],
  memories: { SM: 20, ME: 255 },
  firstIndex: 0,
  ussd: 'packed-hex',
  answers: {
    '^CPIN?': '^CPIN: {state},,{puk},{pin},{puk2},{pin2}',
    '^ICCID?': '^ICCID: {iccid}',
    '^CURC=0': '',
    '^PORTSEL=1': '',
    '^SYSINFO': '^SYSINFO:2,3,0,5,1,,4',
  },
  resetCommands: ['^RESET', '+CFUN=16'],
};

const zteMf190: ModemProfile = {
  ...generic,
  name: 'zte-mf190',
  number: 2,
  manufacturer: 'ZTE INCORPORATED',
  model: 'MF190',
  revision: 'BD_MF190V1.0.0B05',
  about: ['Manufacturer: ZTE INCORPORATED', 'Model: MF190', 'Revision: BD_MF190V1.0.0B05'],
  bootLines: ['+ZUSIMR:2'],
  simReadyLines: ['+ZPASR: "UMTS"', '+ZDONR: "TELKOMSEL",510,10,"CS_PS","ROAM_OFF"'],
  noisyLines: ['+ZUSIMR:2', '+ZPASR: "HSDPA"'],
  memories: { SM: 25, ME: 100 },
  firstIndex: 0,
  answers: {
    '+ZPINPUK=?': '+ZPINPUK: {pin},{puk}',
    '+ZGETICCID': '+ZGETICCID: {iccid}',
    '+ZOPRT=5': '',
  },
};

const sim800: ModemProfile = {
  ...generic,
  name: 'sim800',
  number: 3,
  manufacturer: 'SIMCOM_Ltd',
  model: 'SIMCOM_SIM800L',
  revision: 'Revision:1418B05SIM800L24',
  about: ['SIM800 R14.18'],
  bootLines: ['RDY', '+CFUN: 1'],
  simReadyLines: ['+CPIN: READY', 'Call Ready', 'SMS Ready'],
  noisyLines: ['+CIEV: 10,"51010","TELKOMSEL","TELKOMSEL", 0, 0', 'UNDER-VOLTAGE WARNNING'],
  cnmi: [
    [0, 1, 2],
    [0, 1, 2, 3],
    [0, 2],
    [0, 1],
    [0, 1],
  ],
  memories: { SM: 40, ME: 10 },
  access: 0,
  answers: {
    '+SPIC': '+SPIC: {pin},{puk},{pin2},{puk2}',
    '+CCID': '{iccid}',
    '+CLTS=1': '',
  },
};

const sim7600: ModemProfile = {
  ...generic,
  name: 'sim7600',
  number: 4,
  manufacturer: 'SIMCOM INCORPORATED',
  model: 'SIMCOM_SIM7600E-H',
  revision: '+CGMR: LE20B04SIM7600M22',
  about: ['Manufacturer: SIMCOM INCORPORATED', 'Model: SIMCOM_SIM7600E-H', 'IMEI: {imei}'],
  bootLines: ['RDY'],
  simReadyLines: ['+CPIN: READY', 'SMS DONE', 'PB DONE'],
  noisyLines: ['+CSQ: {csq},99', '+CNSMOD: 0,8', '+NITZ: 26/11/21,07:00:00+28,0'],
  memories: { SM: 50, ME: 23 },
  firstIndex: 0,
  access: 7,
  answers: {
    '+SPIC': '+SPIC: {pin},{puk},{pin2},{puk2}',
    '+CPINR': '+CPINR: SIM PIN,{pin},3',
    '+CICCID': '+ICCID: {iccid}',
    '+AUTOCSQ=0': '',
  },
  resetCommands: ['+CRESET'],
};

const quectelEc25: ModemProfile = {
  ...generic,
  name: 'quectel-ec25',
  number: 5,
  manufacturer: 'Quectel',
  model: 'EC25',
  revision: 'EC25EFAR06A04M4G',
  about: ['Quectel', 'EC25', 'Revision: EC25EFAR06A04M4G'],
  bootLines: ['RDY'],
  simReadyLines: ['+CPIN: READY', '+QUSIM: 1', '+QIND: SMS DONE', '+QIND: PB DONE'],
  noisyLines: ['+QIND: "csq",{csq},99', '+CTZV: +28'],
  memories: { SM: 50, ME: 255, SR: 50 },
  firstIndex: 0,
  reportMemory: 'SR',
  reportLineLies: true,
  access: 7,
  answers: {
    '+QPINC="SC"': '+QPINC: "SC",{pin},{puk}',
    '+QPINC?': '+QPINC: "SC",{pin},{puk}\r\n+QPINC: "P2",{pin2},{puk2}',
    '+QCCID': '+QCCID: {iccid}',
    '+QURCCFG="URCPORT"': '+QURCCFG: "urcport","usbat"',
  },
};

export const PROFILES: ReadonlyMap<string, ModemProfile> = new Map(
  [generic, huaweiE173, zteMf190, sim800, sim7600, quectelEc25].map((profile) => [
    profile.name,
    profile,
  ]),
);
