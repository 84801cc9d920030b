import type { MessageMemory } from './message-store.ts';

/** What a program may set and a restart forgets. Names are those of the commands. */
export interface Settings {
  echo: boolean;
  /** V1: words; V0: digits. */
  verbose: boolean;
  quiet: boolean;
  cmee: number;
  /** 0 PDU mode, 1 text mode. */
  cmgf: number;
  /** mode, mt, bm, ds, bfr. */
  cnmi: readonly number[];
  csms: number;
  creg: number;
  cgreg: number;
  cereg: number;
  cscs: string;
  cmms: number;
  cusd: number;
  copsFormat: number;
  csdh: number;
  /** fo, vp, pid, dcs of text mode. */
  csmp: readonly number[];
  readMemory: MessageMemory;
  writeMemory: MessageMemory;
  receiveMemory: MessageMemory;
}

export function factorySettings(): Settings {
  return {
    echo: true,
    verbose: true,
    quiet: false,
    cmee: 0,
    cmgf: 0,
    cnmi: [0, 0, 0, 0, 0],
    csms: 0,
    creg: 0,
    cgreg: 0,
    cereg: 0,
    cscs: 'IRA',
    cmms: 0,
    cusd: 0,
    copsFormat: 0,
    csdh: 0,
    csmp: [17, 167, 0, 0],
    readMemory: 'SM',
    writeMemory: 'SM',
    receiveMemory: 'SM',
  };
}
