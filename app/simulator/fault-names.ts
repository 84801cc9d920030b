interface FaultField {
  readonly field: string;
  /** The field's value when it is left out. */
  readonly fallback: number | string;
  /** Largest number, or longest line. */
  readonly max: number;
}

/** Names are fixed: tests and other tools write them. */
export type SendFault =
  | 'noPrompt'
  | 'latePrompt'
  | 'cmsAtPrompt'
  | 'cmsError'
  | 'cmeError'
  | 'bareError'
  | 'silentAccepted'
  | 'silentLost'
  | 'acceptedThenError'
  | 'dropBeforeCtrlZ'
  | 'dropAfterCtrlZ'
  | 'rebootBefore'
  | 'rebootAfter'
  | 'lostOk'
  | 'lateResultNextConnection'
  | 'urcInMiddle'
  | 'garbage'
  | 'reportLate'
  | 'reportsOutOfOrder'
  | 'reportMissing'
  | 'reportStatus';

/** The faults that strike one send at a time, each with the field it takes. */
export const SEND_FAULTS: Readonly<Record<SendFault, FaultField | null>> = {
  /** `AT+CMGS` is never answered. */
  noPrompt: null,
  latePrompt: { field: 'ms', fallback: 5_000, max: 600_000 },
  cmsAtPrompt: { field: 'code', fallback: 302, max: 9_999 },
  /** The modem restarts where the prompt should come. */
  rebootBefore: null,
  /** The connection is cut right behind the prompt. */
  dropBeforeCtrlZ: null,
  /** Refused after Ctrl-Z; the network has nothing. */
  cmsError: { field: 'code', fallback: 38, max: 9_999 },
  cmeError: { field: 'code', fallback: 100, max: 9_999 },
  bareError: null,
  /** The network has it or has it not; the modem says nothing. */
  silentAccepted: null,
  silentLost: null,
  /** The network has it, and the modem reports an error. */
  acceptedThenError: { field: 'code', fallback: 500, max: 9_999 },
  /** The network has it, and the connection is cut or the modem restarts instead of an answer. */
  dropAfterCtrlZ: null,
  rebootAfter: null,
  /** As `dropAfterCtrlZ`, and the next connection gets the answer. */
  lateResultNextConnection: null,
  /** `+CMGS` without its `OK`. */
  lostOk: null,
  /** A foreign line before the prompt, before `+CMGS` and between that and `OK`. */
  urcInMiddle: { field: 'line', fallback: '^RSSI:17', max: 512 },
  /** Random octets before the prompt and before `+CMGS`. */
  garbage: null,
  reportLate: { field: 'ms', fallback: 30_000, max: 86_400_000 },
  /** The report comes after the next part's. */
  reportsOutOfOrder: null,
  reportMissing: null,
  /** The report carries this TP-ST (23.040 §9.2.3.15). */
  reportStatus: { field: 'tpSt', fallback: 0x46, max: 255 },
};

/** The faults that stand until they are cleared. */
export const STANDING_FAULTS = [
  /** Every octet leaves on its own. */
  'splitBytes',
  /** Echo stays on whatever ATE says. */
  'echoOn',
  /** Nothing is read and nothing is answered. */
  'hang',
  'storageFull',
  'registrationLost',
  'pinRequired',
  'pukRequired',
  'simMissing',
  'noisyUrcs',
] as const;

export type StandingFault = (typeof STANDING_FAULTS)[number];
