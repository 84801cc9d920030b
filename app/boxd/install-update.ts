import type { UpdateNote } from '../domain/update-note.ts';
import { type BundleInfo, meaningOf, readBundleInfo, reasonIn, refusalOf } from './bundle.ts';
import { ASK_RAUC_MS, type Ended, type Machine, PLACES, startRauc } from './programs.ts';
import { failed, type Reply, type VerbContext } from './reply.ts';

/** The code of a refusal because another update is being written. */
const BUSY = 'update-busy';
const INSTALL_MS = 30 * 60_000;

/** Signature and fitness are RAUC's to judge; age and schema ours. */
export async function installUpdate(
  { allowDowngrade }: Readonly<Record<string, unknown>>,
  context: VerbContext,
): Promise<Reply> {
  const { machine, running } = context;
  if (!machine.exists(PLACES.bundle)) {
    return { ok: false, code: 'update-missing', detail: 'No update was uploaded.' };
  }
  const looked = await machine.run(
    'rauc',
    ['info', '--output-format=json-2', PLACES.bundle],
    ASK_RAUC_MS,
  );
  if (looked.code !== 0) {
    return refusedBy(looked);
  }
  const bundle = readBundleInfo(looked.out);
  if (bundle === null) {
    return { ok: false, code: 'update-refused', detail: 'The update does not say its version.' };
  }
  const refusal = refusalOf(bundle, running, allowDowngrade === true);
  if (refusal !== null) {
    return { ok: false, ...refusal };
  }
  const before = machine.read(PLACES.updateNote);
  noteUpdate(context, bundle, 'begun', null);
  await startRauc(machine);
  const ended = await machine.run('rauc', ['install', PLACES.bundle], INSTALL_MS);
  if (ended.code === null) {
    // Its client was ended; RAUC itself goes on.
    return {
      ok: false,
      code: 'update-slow',
      detail: `The card is slow: after ${INSTALL_MS / 60_000} minutes the update is still being written. Do not switch off; look at: pisang update status`,
    };
  }
  if (ended.code !== 0) {
    const refused = refusedBy(ended);
    if (refused.code === BUSY && before !== null) {
      // The one that is being written is the newest still.
      publish(machine, before);
    } else {
      noteUpdate(context, bundle, 'failed', refused.code);
    }
    return refused;
  }
  noteUpdate(context, bundle, 'written', null);
  const signer = bundle.signing === 'release' ? '' : ` (${bundle.signing ?? 'signing unknown'})`;
  return {
    ok: true,
    detail: `Version ${bundle.version}${signer} is installed; a restart tries it.`,
  };
}

/** For the status of this start and the next. */
function noteUpdate(
  { machine, running, clock }: VerbContext,
  { version }: BundleInfo,
  state: UpdateNote['state'],
  reason: string | null,
): void {
  if (running.slot === null) {
    return;
  }
  const note: UpdateNote = {
    state,
    version,
    previous: running.version,
    slot: running.slot === 'A' ? 'B' : 'A',
    bootId: clock.bootId,
    at: new Date(clock.nowMs()).toISOString(),
    reason,
  };
  publish(machine, `${JSON.stringify(note)}\n`);
}

/** That a note can not be written keeps no update away. */
function publish(machine: Machine, note: string): void {
  try {
    machine.publish(PLACES.updateNote, note);
  } catch {
    // A full card; the caller is told of the update all the same.
  }
}

/** In our words where RAUC's are known, with RAUC's own for who must look further. */
function refusedBy(ended: Ended): Extract<Reply, { ok: false }> {
  const reason = reasonIn(ended);
  const meaning = meaningOf(reason);
  const said = failed({ ...ended, err: reason });
  return meaning === null
    ? { ...said, code: 'update-refused' }
    : { ok: false, code: meaning.code, detail: `${meaning.detail} (${said.detail})` };
}
