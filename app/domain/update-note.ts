/**
 * What `pisang-boxd` notes of the newest update that it was asked to install: on the data partition, so that
 * the status of whichever system starts next can tell what became of it.
 */
export interface UpdateNote {
  readonly result: 'installed' | 'failed';
  /** Null where the bundle's signature did not hold, so that nothing in it is believed. */
  readonly version: string | null;
  /** That ran when it was asked for. */
  readonly previous: string;
  /** That it went into: the one that did not run. */
  readonly slot: 'A' | 'B';
  /** Of the start in which it was asked for (`Clock.bootId`). */
  readonly bootId: string;
  /** ISO 8601. */
  readonly at: string;
  /** A code such as `update-signer`, where it failed. */
  readonly reason: string | null;
}

/** `none`: no update, or one that waits for the restart. */
export type UpdateResult = 'installed' | 'rolled-back' | 'failed' | 'none';

/** Root writes it, the services read it. */
export const UPDATE_NOTE_FILE = '/var/lib/pisang/system/update.json';

/** Null where it is not what boxd writes. */
export function parseUpdateNote(text: string): UpdateNote | null {
  try {
    const note = JSON.parse(text) as Partial<UpdateNote> | null;
    const isWhole =
      (note?.result === 'installed' || note?.result === 'failed') &&
      isTextOrNull(note.version) &&
      typeof note.previous === 'string' &&
      (note.slot === 'A' || note.slot === 'B') &&
      typeof note.bootId === 'string' &&
      Number.isFinite(Date.parse(note.at ?? '')) &&
      isTextOrNull(note.reason);
    return isWhole ? (note as UpdateNote) : null;
  } catch {
    return null;
  }
}

/**
 * @param slot the one that runs now, kept or good; null off the appliance
 * @param bootId of this start
 */
export function resultOf(note: UpdateNote, slot: string | null, bootId: string): UpdateResult {
  if (note.result === 'failed') {
    return 'failed';
  }
  if (slot === null || note.bootId === bootId) {
    return 'none';
  }
  return slot === note.slot ? 'installed' : 'rolled-back';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
