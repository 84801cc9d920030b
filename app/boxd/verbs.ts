import type { Clock } from '../domain/clock.ts';
import { parseUpdateNote, type UpdateNote } from '../domain/update-note.ts';
import {
  type BundleInfo,
  meaningOf,
  type RunningSystem,
  readBundleInfo,
  reasonIn,
  refusalOf,
} from './bundle.ts';
import { type Check, matching, oneOf, wholeNumber } from './fields.ts';
import { LED_NAMES, LED_STATES, LED_TRIGGER_UNIT, ledPattern } from './led.ts';
import { type Ended, type Machine, PLACES } from './programs.ts';

export type Reply =
  | { readonly ok: true; readonly detail: string; readonly data?: unknown }
  | { readonly ok: false; readonly code: string; readonly detail: string };

export interface VerbContext {
  readonly machine: Machine;
  readonly running: RunningSystem;
  readonly clock: Pick<Clock, 'bootId' | 'nowMs'>;
}

interface Verb {
  readonly fields: Readonly<Record<string, Check>>;
  /**
   * While a new version is being tried: an update would overwrite the slot to go back to, and what
   * changes the data is not done by a start on trial.
   */
  readonly notOnTrial?: true;
  /** Called with checked fields only. */
  readonly act: (
    request: Readonly<Record<string, unknown>>,
    context: VerbContext,
  ) => Promise<Reply>;
}

const QUICK_MS = 20_000;
const PROVISION_MS = 300_000;
const INSTALL_MS = 30 * 60_000;
/** 2025-01-01 and 2100-01-01, seconds since 1970. */
const EARLIEST = 1_735_689_600;
const LATEST = 4_102_444_800;
const RESET_WORDS = 'erase everything';
const LONGEST_DETAIL = 500;

/** Everything that can be asked for. */
export const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['reboot', { fields: {}, act: (_, { machine }) => leave(machine, 'reboot') }],
  ['power-off', { fields: {}, act: (_, { machine }) => leave(machine, 'poweroff') }],
  [
    'set-time',
    {
      fields: { epochSeconds: wholeNumber(EARLIEST, LATEST) },
      act: async ({ epochSeconds }, { machine }) =>
        outcome(
          await machine.run('date', ['--utc', `--set=@${Number(epochSeconds)}`], QUICK_MS),
          'The clock is set.',
        ),
    },
  ],
  [
    'install-update',
    {
      fields: { allowDowngrade: oneOf(undefined, true, false) },
      notOnTrial: true,
      act: installUpdate,
    },
  ],
  [
    'update-status',
    {
      fields: {},
      act: async (_, { machine, running: { version, signing } }) => {
        const asked = ['status', '--detailed', '--output-format=json'];
        const ended = await machine.run('rauc', asked, QUICK_MS);
        const reply = outcome(ended, 'The slots.');
        return reply.ok ? { ...reply, data: { version, signing, rauc: parsed(ended.out) } } : reply;
      },
    },
  ],
  [
    'reauthorize-usb',
    {
      // A device below a hub (bus-port.port…), never a hub of the board itself ("usb1").
      fields: { device: matching(/^[1-9][0-9]?-[1-9][0-9]?(?:\.[1-9][0-9]?){0,5}$/) },
      act: reauthorizeUsb,
    },
  ],
  ['led', { fields: { state: oneOf(...LED_STATES) }, act: setLed }],
  [
    'provision',
    {
      fields: {},
      notOnTrial: true,
      // The unit makes the card writable meanwhile, and restarts the box after a factory reset.
      act: async (_, { machine }) =>
        outcome(
          await machine.run('systemctl', ['restart', 'pisang-provision.service'], PROVISION_MS),
          'What the card asks for is done.',
        ),
    },
  ],
  [
    'factory-reset',
    {
      fields: { confirm: oneOf(RESET_WORDS) },
      notOnTrial: true,
      act: async (_, { machine }) => {
        machine.write(PLACES.resetMark, RESET_WORDS);
        return leave(machine, 'reboot');
      },
    },
  ],
]);

async function leave(machine: Machine, how: 'reboot' | 'poweroff'): Promise<Reply> {
  return outcome(await machine.run('systemctl', ['--no-block', how], QUICK_MS), 'It begins now.');
}

/** Signature and fitness are RAUC's to judge; age and schema ours. */
async function installUpdate(
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
    QUICK_MS,
  );
  if (looked.code !== 0) {
    const refused = refusedBy(looked);
    noteUpdate(context, 'failed', null, refused.code);
    return refused;
  }
  const bundle = readBundleInfo(looked.out);
  if (bundle === null) {
    return { ok: false, code: 'update-refused', detail: 'The update does not say its version.' };
  }
  const refusal = refusalOf(bundle, running, allowDowngrade === true);
  if (refusal !== null) {
    return { ok: false, ...refusal };
  }
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
    noteUpdate(context, 'failed', bundle, refused.code);
    return refused;
  }
  noteUpdate(context, 'installed', bundle, null);
  const signer = bundle.signing === 'release' ? '' : ` (${bundle.signing ?? 'signing unknown'})`;
  return {
    ok: true,
    detail: `Version ${bundle.version}${signer} is installed; a restart tries it.`,
  };
}

/** For the status of the next start; that the note can not be written changes nothing about the update. */
function noteUpdate(
  { machine, running, clock }: VerbContext,
  result: UpdateNote['result'],
  bundle: BundleInfo | null,
  reason: string | null,
): void {
  const before = parseUpdateNote(machine.read(PLACES.updateNote) ?? '');
  const waits = before?.result === 'installed' && before.bootId === clock.bootId;
  // A file that was refused unread leaves the update alone that waits for the restart.
  if (running.slot === null || (bundle === null && waits)) {
    return;
  }
  const note: UpdateNote = {
    result,
    version: bundle?.version ?? null,
    previous: running.version,
    slot: running.slot === 'A' ? 'B' : 'A',
    bootId: clock.bootId,
    at: new Date(clock.nowMs()).toISOString(),
    reason,
  };
  try {
    machine.publish(PLACES.updateNote, `${JSON.stringify(note)}\n`);
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

async function reauthorizeUsb(
  { device }: Readonly<Record<string, unknown>>,
  { machine }: VerbContext,
): Promise<Reply> {
  const file = `${PLACES.usbDevices}/${String(device)}/authorized`;
  if (!machine.exists(file)) {
    return { ok: false, code: 'usb-missing', detail: `No USB device is at ${String(device)}.` };
  }
  machine.write(file, '0');
  machine.write(file, '1');
  return { ok: true, detail: 'The device is set up anew.' };
}

async function setLed(
  { state }: Readonly<Record<string, unknown>>,
  { machine }: VerbContext,
): Promise<Reply> {
  const led = LED_NAMES.map((name) => `${PLACES.leds}/${name}`).find((path) =>
    machine.exists(path),
  );
  if (led === undefined) {
    return { ok: false, code: 'led-missing', detail: 'This board has no light of its own.' };
  }
  await machine.run('systemctl', ['start', LED_TRIGGER_UNIT], QUICK_MS);
  machine.write(`${led}/trigger`, 'pattern');
  machine.write(`${led}/pattern`, ledPattern(String(state)));
  return { ok: true, detail: 'The light is set.' };
}

function outcome(ended: Ended, detail: string): Reply {
  return ended.code === 0 ? { ok: true, detail } : failed(ended);
}

function failed(ended: Ended): {
  readonly ok: false;
  readonly code: string;
  readonly detail: string;
} {
  const said = ended.err.trim().split('\n').at(-1)?.slice(0, LONGEST_DETAIL) ?? '';
  return {
    ok: false,
    code: ended.code === null ? 'not-run' : 'failed',
    detail: said === '' ? `It ended with ${String(ended.code)}.` : said,
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
