import type { ModemId } from '../domain/ids.ts';
import type { ModemState, ModemTrouble, SimState } from '../domain/modem-snapshot.ts';
import { isSimulatedImei } from '../domain/simulated-imei.ts';
import type { DriverSnapshot } from './contract.ts';
import type { CnmiSetting, FamilyProfile } from './profiles.ts';
import { GENERIC } from './profiles.ts';

/** What the driver knows of the modem at its port. Mutable; the driver's parts fill it in. */
export interface ModemFacts {
  state: ModemState;
  trouble: ModemTrouble;
  troubleDetail: string | null;
  /** The port in use, or the one looked for. */
  port: string;
  profile: FamilyProfile;
  /** False until the modem told who it is. */
  identified: boolean;
  manufacturer: string | null;
  model: string | null;
  firmware: string | null;
  imei: string | null;
  sim: {
    state: SimState;
    pinTriesLeft: number | null;
    pukTriesLeft: number | null;
    iccid: string | null;
    smsc: string | null;
    storageUsed: number | null;
    storageTotal: number | null;
  };
  /** The store that messages are received in, as `+CPMS` names it; null where it can't be chosen. */
  store: string | null;
  /** How new messages are announced; null when only polling finds them. */
  cnmi: CnmiSetting | null;
  /** `+CSMS` is 1 and can't be changed: direct messages must be acknowledged with `+CNMA`. */
  acknowledge: boolean;
  /** The registration commands this modem knows. */
  domains: readonly ('CREG' | 'CGREG' | 'CEREG')[];
}

export function newFacts(port: string): ModemFacts {
  return {
    state: 'starting',
    trouble: null,
    troubleDetail: null,
    port,
    profile: GENERIC,
    identified: false,
    manufacturer: null,
    model: null,
    firmware: null,
    imei: null,
    sim: unknownSim(),
    store: null,
    cnmi: null,
    acknowledge: false,
    domains: [],
  };
}

export function unknownSim(): ModemFacts['sim'] {
  return {
    state: 'unknown',
    pinTriesLeft: null,
    pukTriesLeft: null,
    iccid: null,
    smsc: null,
    storageUsed: null,
    storageTotal: null,
  };
}

/** Name of the family and model for people: `huawei-e173`; null before the modem told. */
export function familyName(facts: ModemFacts): string | null {
  if (!facts.identified) {
    return null;
  }
  const model = (facts.model ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .replace(/^simcom-/, '');
  const family = facts.profile.name;
  return model === '' || family === 'generic' || model.startsWith(family)
    ? family
    : `${family}-${model}`.slice(0, 40);
}

/** The part of the snapshot that lies in the facts. */
export function describe(
  id: ModemId,
  facts: ModemFacts,
): Omit<DriverSnapshot, 'lastAnswerAgeSeconds' | 'recovery' | 'radio'> {
  return {
    id,
    port: facts.port,
    family: familyName(facts),
    manufacturer: facts.manufacturer,
    model: facts.model,
    firmware: facts.firmware,
    imei: facts.imei,
    simulated: facts.imei !== null && isSimulatedImei(facts.imei),
    state: facts.state,
    trouble: facts.trouble,
    troubleDetail: facts.troubleDetail,
    sim: { ...facts.sim },
  };
}
