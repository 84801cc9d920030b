/**
 * What `pisang-boxd` notes of the newest update that it began to write: on the data partition, so that the
 * status of whichever system starts next can tell what became of it. A bundle that is refused before anything
 * is written is told to who asked, and leaves no note.
 */
export interface UpdateNote {
  /** `begun` before the first octet is written, then `written` or `failed`. */
  readonly state: 'begun' | 'written' | 'failed';
  readonly version: string;
  /** That ran when it was asked for. */
  readonly previous: string;
  /** That it goes into: the one that did not run. */
  readonly slot: 'A' | 'B';
  /** Of the start in which it was asked for (`Clock.bootId`). */
  readonly bootId: string;
  /** ISO 8601. */
  readonly at: string;
  /** A code such as `update-changed`, where it failed. */
  readonly reason: string | null;
}

/** `none`: no update, or one that is being written or waits for the restart. */
export type UpdateResult = 'installed' | 'rolled-back' | 'failed' | 'none';

/** Root writes it, the services read it. */
export const UPDATE_NOTE_FILE = '/var/lib/pisang/system/update.json';

/** Null where it is not what boxd writes. */
export function parseUpdateNote(text: string): UpdateNote | null {
  try {
    const note = JSON.parse(text) as Partial<UpdateNote> | null;
    const isWhole =
      (note?.state === 'begun' || note?.state === 'written' || note?.state === 'failed') &&
      typeof note.version === 'string' &&
      typeof note.previous === 'string' &&
      (note.slot === 'A' || note.slot === 'B') &&
      typeof note.bootId === 'string' &&
      Number.isFinite(Date.parse(note.at ?? '')) &&
      (note.reason === null || typeof note.reason === 'string');
    return isWhole ? (note as UpdateNote) : null;
  } catch {
    return null;
  }
}

/**
 * @param slot the one that runs now, and not on trial; null off the appliance
 * @param bootId of this start
 */
export function resultOf(note: UpdateNote, slot: string | null, bootId: string): UpdateResult {
  if (slot === null || note.bootId === bootId) {
    return note.state === 'failed' ? 'failed' : 'none';
  }
  // What runs was written, whatever the note had time to say.
  if (slot === note.slot) {
    return 'installed';
  }
  return note.state === 'written' ? 'rolled-back' : 'failed';
}
