import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { card, DATA_START, FAT_START, SLOT_START } from './built-image.ts';
import { overlayText } from './overlay-tree.ts';
import { runProgram, tryProgram } from './run-program.ts';

/** A card as a person would have prepared it, with a way in for the test. */
export interface PreparedCard {
  /** The raw image. */
  readonly file: string;
  /** Its folder, removed after the test. */
  readonly folder: string;
  /** File of the private SSH key whose public half is in `pisang.json`. */
  readonly sshKey: string;
  /** Fields of `pisang.json` that let the test in by SSH and API. */
  readonly access: Readonly<Record<string, unknown>>;
  /** Once a guest has read it from `RESULT.txt`; the same after each start. */
  apiKey: Promise<string> | null;
}

export interface Preparation {
  /** Fields of `pisang.json` beside the test's SSH key and API key, or instead of them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Files of slot A, by absolute path, written over or added to this copy of the image; mode 0644. */
  readonly slotFiles?: Readonly<Record<string, string>>;
  /** Added to the kernel's command line by a boot script that is otherwise the image's. */
  readonly kernelArguments?: string;
}

/** Name of the test's API key. */
const KEY_NAME = 'test';
const FAT = `@@${FAT_START * 512}`;

/** Longer time-outs for emulated cores beside other work; the product's are for a board. */
export const PATIENCE: Readonly<Record<string, string>> = {
  '/etc/fstab': overlayText('etc/fstab').replaceAll('device-timeout=60s', 'device-timeout=600s'),
  '/etc/systemd/system.conf.d/test.conf':
    '[Manager]\nDefaultTimeoutStartSec=600s\nDefaultTimeoutStopSec=120s\nDefaultDeviceTimeoutSec=600s\n',
};
/** All that is logged goes to the console too, for who watches it. */
export const LOG_ON_CONSOLE: Readonly<Record<string, string>> = {
  '/etc/systemd/journald.conf.d/test.conf':
    '[Journal]\nForwardToConsole=yes\nTTYPath=/dev/console\n',
};

/** A copy of the image for a card of 4 GB, with a `pisang.json` that lets the test in by SSH and API. */
export async function preparedCard(
  t: TestContext,
  { settings = {}, slotFiles = {}, kernelArguments }: Preparation = {},
): Promise<PreparedCard> {
  const { file, folder } = card(t);
  const sshKey = join(folder, 'ssh-key');
  await runProgram(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', sshKey]);
  const publicKey = (await runProgram(['ssh-keygen', '-y', '-f', sshKey])).trim();
  const scopes = ['messages:send', 'messages:read', 'inbox:read', 'admin'];
  const apiKeys = [{ name: KEY_NAME, scopes, key: 'make' }];
  const access = { sshKeys: [publicKey], apiKeys };
  const prepared: PreparedCard = { file, folder, sshKey, access, apiKey: null };
  await putOnPisang(prepared, 'pisang.json', JSON.stringify({ ...access, ...settings }, null, 2));
  if (kernelArguments !== undefined) await addToCommandLine(prepared, kernelArguments);
  const talk = process.env['GUEST_CONSOLE'] === undefined ? {} : LOG_ON_CONSOLE;
  const slotA = `${file}?offset=${SLOT_START * 512}`;
  await writeIntoFileSystem(slotA, folder, { ...PATIENCE, ...talk, ...slotFiles });
  return prepared;
}

/** The card's data partition, as debugfs takes it; the machine must be off. */
export function dataPartition({ file }: PreparedCard): string {
  return `${file}?offset=${DATA_START * 512}`;
}

/** Writes a file into the root of `PISANG`, as a person with a card reader; the machine must be off. */
export async function putOnPisang(
  { file, folder }: PreparedCard,
  name: string,
  text: string,
): Promise<void> {
  const source = join(folder, `for-${name}`);
  writeFileSync(source, text);
  await runProgram(['mcopy', '-o', '-i', `${file}${FAT}`, source, `::${name}`]);
}

async function addToCommandLine({ file, folder }: PreparedCard, words: string): Promise<void> {
  const [source, script] = [join(folder, 'boot.cmd'), join(folder, 'boot.scr')];
  const text = readFileSync('image/boot.cmd', 'utf8').replace(
    /(?<=panic=10 quiet)(?=")/,
    ` ${words}`,
  );
  writeFileSync(source, text);
  await runProgram(`mkimage -A arm -T script -C none -d ${source} ${script}`.split(' '));
  await runProgram(['mcopy', '-o', '-i', `${file}${FAT}`, script, '::boot.scr']);
}

/** A file of `PISANG`; the machine must be off. */
export function readFromPisang({ file }: PreparedCard, name: string): Promise<string> {
  return runProgram(['mtype', '-i', `${file}${FAT}`, `::${name}`]);
}

/** The test's API key, out of what `RESULT.txt` says. */
export function apiKeyIn(resultText: string): string {
  const key = new RegExp(`API key "${KEY_NAME}": (psg_\\w+)`).exec(resultText)?.[1];
  if (key === undefined) throw new Error(`no API key in RESULT.txt:\n${resultText}`);
  return key;
}

/**
 * Writes files, by absolute path, over those of an ext4 file system, or adds them; mode 0644.
 * @param device a file, or `FILE?offset=OCTETS`
 * @param folder for the files on their way
 */
export async function writeIntoFileSystem(
  device: string,
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const commands: string[] = [];
  const known = new Set(['']);
  for (const [index, [path, text]] of Object.entries(files).entries()) {
    const source = join(folder, `slot-file-${index}`);
    writeFileSync(source, text, { mode: 0o644 });
    const names = path.split('/').slice(0, -1);
    for (const at of names.map((_, end) => names.slice(0, end + 1).join('/'))) {
      // debugfs makes a folder that is there already once more, and leaves it lying unconnected.
      if (!known.has(at) && !(await isThere(device, at))) commands.push(`mkdir ${at}`);
      known.add(at);
    }
    commands.push(`rm ${path}`, `write ${source} ${path}`);
  }
  if (commands.length === 0) return;
  const script = join(folder, 'slot-commands');
  writeFileSync(script, `${commands.join('\n')}\n`);
  await runProgram(['/usr/sbin/debugfs', '-w', '-f', script, device]);
  for (const [path, text] of Object.entries(files)) {
    const there = await runProgram(['/usr/sbin/debugfs', '-R', `cat ${path}`, device]);
    if (there !== text) throw new Error(`${path} could not be written: ${there}`);
  }
}

async function isThere(device: string, path: string): Promise<boolean> {
  const { err } = await tryProgram(['/usr/sbin/debugfs', '-R', `stat ${path}`, device]);
  return !/File not found/.test(err);
}
