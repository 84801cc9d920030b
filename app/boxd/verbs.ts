import { type Check, matching, oneOf, wholeNumber } from './fields.ts';
import { installUpdate } from './install-update.ts';
import { LED_NAMES, LED_STATES, LED_TRIGGER_UNIT, ledPattern } from './led.ts';
import { ASK_RAUC_MS, type Machine, PLACES, startRauc } from './programs.ts';
import { outcome, type Reply, type VerbContext } from './reply.ts';

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
/** 2025-01-01 and 2100-01-01, seconds since 1970. */
const EARLIEST = 1_735_689_600;
const LATEST = 4_102_444_800;
const RESET_WORDS = 'erase everything';

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
        await startRauc(machine);
        const asked = ['status', '--detailed', '--output-format=json'];
        const ended = await machine.run('rauc', asked, ASK_RAUC_MS);
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

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
