/** Each method is one step that a power cut may come before or into. */
export interface Disk {
  /** Null where there is no such file, nothing where it is a folder; only the first `limitBytes` and one more are read. */
  read(path: string, limitBytes?: number): Buffer | null;
  /** Writes a whole file and waits until it is on the disk. It belongs to the owner of its folder. */
  write(path: string, data: Uint8Array, mode: number): void;
  /** Puts one file in the place of another, and waits until the folder is on the disk. */
  rename(from: string, to: string): void;
  /** Writes over the same blocks, cuts what is longer, and waits until it is on the disk. */
  overwrite(path: string, data: Uint8Array): void;
  remove(path: string): void;
  makeFolder(path: string, mode: number): void;
  /** Removes everything inside a folder, and inside its `lost+found`; the entry `last` at the end. */
  empty(path: string, last: string): void;
}

/** The new content, or the old one, whenever the power goes. */
export function replaceFile(disk: Disk, path: string, data: string, mode: number): void {
  const next = `${path}.new`;
  disk.write(next, Buffer.from(data), mode);
  disk.rename(next, path);
}
