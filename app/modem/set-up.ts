import { type Clock, delay } from '../domain/clock.ts';
import { allowedNumbers, fieldsOf, lineWith, numberIn } from './answers/fields.ts';
import { parseServiceCentre } from './answers/identity.ts';
import { parseOfferedStores, parseStoreUses } from './answers/storage.ts';
import type { ModemFacts } from './facts.ts';
import type { CnmiSetting } from './profiles.ts';
import { modemSilent, type Talk } from './talk.ts';

/**
 * Sets all that sending and receiving need, assuming nothing: every one of these is lost when the
 * modem restarts, and other programs leave their own values. Rejects with `modem-silent` when the
 * modem refuses PDU mode, without which nothing works.
 */
export async function setUpMessages(
  talk: Talk,
  facts: ModemFacts,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await setPduMode(talk, clock, signal);
  await talk.firstOk(['AT+CSCS="GSM"', 'AT+CSCS="IRA"'], 2_000);
  await setService(talk, facts);
  await readServiceCentre(talk, facts);
  await chooseStore(talk, facts);
  await announceMessages(talk, facts);
  // Keeps the radio path open between the parts of a long message (27.005 §3.5.6).
  await talk.ask('AT+CMMS=2', 2_000);
}

export async function readServiceCentre(talk: Talk, facts: ModemFacts): Promise<void> {
  const answer = await talk.ask('AT+CSCA?');
  facts.sim.smsc = parseServiceCentre(answer.lines);
  if (answer.ok && facts.sim.smsc === null) {
    facts.trouble = 'smsc-missing';
    facts.troubleDetail = null;
  } else if (facts.trouble === 'smsc-missing') {
    facts.trouble = null;
  }
}

/** After a restart the message side of a modem may need a while longer than the rest. */
async function setPduMode(talk: Talk, clock: Clock, signal: AbortSignal): Promise<void> {
  const untilMs = clock.monotonicMs() + MESSAGES_READY_MS;
  while (!(await talk.ask('AT+CMGF=0', 2_000)).ok) {
    if (clock.monotonicMs() >= untilMs) {
      throw modemSilent('the modem refuses PDU mode');
    }
    await delay(clock, 1_000, signal);
  }
}

/** Service 0 leaves the acknowledging of direct messages to the modem (27.005 §3.2.1). */
async function setService(talk: Talk, facts: ModemFacts): Promise<void> {
  const set = await talk.ask('AT+CSMS=0');
  facts.acknowledge = false;
  if (!set.ok) {
    const line = lineWith((await talk.ask('AT+CSMS?')).lines, '+CSMS:');
    facts.acknowledge = line !== null && numberIn(fieldsOf(line)[0]) === 1;
  }
}

const MESSAGES_READY_MS = 20_000;
const STORES = ['SM', 'ME', 'MT'];

/** The SIM's own store first: it is the only one that every modem has. */
async function chooseStore(talk: Talk, facts: ModemFacts): Promise<void> {
  const offered = parseOfferedStores((await talk.ask('AT+CPMS=?', 10_000)).lines);
  facts.store = null;
  for (const store of STORES) {
    const roles = offered.length === 0 ? 3 : offered.filter((set) => set.has(store)).length;
    for (let count = Math.min(roles, 3); count >= 1; count--) {
      if (offered.length > 0 && !offered.slice(0, count).every((set) => set.has(store))) {
        continue;
      }
      const answer = await talk.ask(`AT+CPMS=${Array(count).fill(`"${store}"`).join(',')}`, 10_000);
      if (answer.ok) {
        facts.store = store;
        noteStoreUse(answer.lines, facts);
        return;
      }
    }
  }
}

/** Takes down how full the receive store is; resolves with what the store that is read holds, or null. */
export function noteStoreUse(lines: readonly string[], facts: ModemFacts): number | null {
  const uses = parseStoreUses(lines);
  const receive = uses.at(-1);
  if (receive !== undefined) {
    facts.sim.storageUsed = receive.used;
    facts.sim.storageTotal = receive.total;
  }
  return uses[0]?.used ?? null;
}

/**
 * Asks for announcements in the best way the family can do. The modem's own list of what it allows
 * sorts the candidates but decides nothing: some list what they refuse, and refuse what they list.
 */
async function announceMessages(talk: Talk, facts: ModemFacts): Promise<void> {
  const line = lineWith((await talk.ask('AT+CNMI=?')).lines, '+CNMI:');
  const allowed = line === null ? [] : fieldsOf(line).map(allowedNumbers);
  const fits = (setting: CnmiSetting): boolean =>
    setting.every((value, at) => allowed[at] === undefined || allowed[at].has(value));
  const candidates = facts.profile.cnmi;
  facts.cnmi = null;
  for (const setting of [
    ...candidates.filter(fits),
    ...candidates.filter((each) => !fits(each)).slice(0, 3),
  ]) {
    if ((await talk.ask(`AT+CNMI=${setting.join(',')}`, 3_000)).ok) {
      facts.cnmi = setting;
      return;
    }
  }
}

/**
 * Whether PDU mode and announcements are still what was set. Also false for what could not be set at
 * bring-up: it may have been too early for the modem.
 */
export async function settingsHold(talk: Talk, facts: ModemFacts): Promise<boolean> {
  if (facts.store === null || facts.cnmi === null) {
    return false;
  }
  const format = lineWith((await talk.ask('AT+CMGF?', 2_000)).lines, '+CMGF:');
  if (format !== null && numberIn(fieldsOf(format)[0]) !== 0) {
    return false;
  }
  const set = facts.cnmi;
  const line = lineWith((await talk.ask('AT+CNMI?', 3_000)).lines, '+CNMI:');
  // Mode and buffer handling may read back differently; what is announced may not.
  const now = line === null ? null : fieldsOf(line).map(numberIn);
  return now === null || (now[1] === set[1] && now[3] === set[3]);
}
