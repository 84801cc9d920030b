import type { Disk } from '../domain/disk.ts';
import { type Output, type OutputPlaces, outputsOf } from './outputs.ts';
import { readObject } from './read-object.ts';
import { DEFAULT_SCOPES, namesOfTaken, type Settings, TAKEN, type WantedKey } from './settings.ts';

/** What is stored of a key; its text is told once. */
export type KeyRow = Readonly<Record<string, unknown>>;

export interface PlanDeps extends Omit<OutputPlaces, 'config' | 'pins'> {
  readonly disk: Disk;
  /** Makes a key, of the given text where there is one. */
  readonly makeKey: (
    wanted: { readonly name: string; readonly scopes: readonly string[] },
    text: string | null,
  ) => { readonly key: string; readonly row: KeyRow };
}

/** Committed first; from here on every step can be repeated. */
export interface SettingsPlan {
  /** Base64 of the file as it was found and as it will be. */
  readonly source: string;
  readonly redacted: string;
  readonly outputs: readonly Output[];
  readonly keys: readonly KeyRow[];
  readonly lines: readonly string[];
}

/** First line of what is told after taking. */
export const TAKEN_LINE = 'pisang.json was taken; these settings hold:';
const WITHDRAWN = 'withdrawn';

/** What becomes of `settings`, a part of what was `written` in `source`. Makes keys; writes nothing. */
export function planSettings(
  deps: PlanDeps,
  source: Buffer,
  written: Settings,
  settings: Settings,
): SettingsPlan {
  const { disk, dataDir } = deps;
  const keys = keysOf(deps, settings);
  const outputs = outputsOf(settings, {
    ...deps,
    config: readObject(disk, `${dataDir}/config.json`),
    pins: readObject(disk, `${dataDir}/pins.json`),
  });
  return {
    source: source.toString('base64'),
    redacted: redact(written, source.length).toString('base64'),
    outputs,
    keys: keys.map(({ row }) => row),
    lines: [
      TAKEN_LINE,
      ...linesOf(settings),
      ...keys.map(({ name, key, made }) =>
        made
          ? `API key "${name}": ${key}   (shown only here; note it down, then delete this line)`
          : `API key "${name}": as given.`,
      ),
      ...namesOfTaken(settings).map((name) => `API key "${name}": left as it is.`),
      ...(!holdsPin(settings) && keys.length === 0
        ? []
        : ['Secrets in pisang.json were overwritten. Flash memory may keep old copies of them.']),
    ],
  };
}

interface PlannedKey {
  readonly name: string;
  readonly key: string;
  readonly made: boolean;
  readonly row: KeyRow;
}

function keysOf({ makeKey }: PlanDeps, { apiKeys }: Settings): readonly PlannedKey[] {
  const wanted: readonly WantedKey[] = apiKeys === 'make' ? [{ name: 'card' }] : (apiKeys ?? []);
  return wanted
    .filter(({ key }) => key !== TAKEN)
    .map(({ name, scopes = DEFAULT_SCOPES, key: text = 'make' }) => {
      const made = text === 'make';
      return { name, made, ...makeKey({ name, scopes }, made ? null : text) };
    });
}

/** The same settings without their secrets, as long as the file or longer, so that nothing shows. */
function redact(settings: Settings, length: number): Buffer {
  const { apiKeys } = settings;
  const keys = apiKeys === 'make' ? [{ name: 'card' }] : apiKeys;
  const open = {
    ...settings,
    ...(holdsPin(settings) ? { simPin: TAKEN } : {}),
    ...(keys === undefined ? {} : { apiKeys: keys.map((key) => ({ ...key, key: TAKEN })) }),
  };
  const text = Buffer.from(`${JSON.stringify(open, null, 2)}\n`.replaceAll('\n', '\r\n'));
  return Buffer.concat([text, Buffer.alloc(Math.max(0, length - text.length), ' ')]);
}

function holdsPin({ simPin }: Settings): boolean {
  return typeof simPin === 'string' && simPin !== TAKEN;
}

function linesOf(settings: Settings): readonly string[] {
  const { network, sshKeys, ca, simPin, hostName } = settings;
  const said = (['timeZone', 'region', 'language', 'siteName', 'ntpServer'] as const).flatMap(
    (name) => (settings[name] === undefined ? [] : [`  ${name}: ${settings[name] ?? WITHDRAWN}`]),
  );
  return [
    ...(hostName === undefined ? [] : [`  hostName: ${hostName} (http://${hostName}.local)`]),
    ...said,
    ...(network === undefined
      ? []
      : [
          `  network: ${network === 'dhcp' ? network : `${network.address}, router ${network.gateway}`}`,
        ]),
    ...(simPin === undefined
      ? []
      : [
          `  simPin: ${simPin === null ? WITHDRAWN : simPin === TAKEN ? 'left as it is' : 'taken'}`,
        ]),
    ...(ca === undefined ? [] : [`  ca: ${ca === null ? WITHDRAWN : 'taken'}`]),
    ...(sshKeys === undefined
      ? []
      : [
          sshKeys.length === 0
            ? '  sshKeys: none; SSH is off'
            : `  sshKeys: ${sshKeys.length}; SSH is on`,
        ]),
  ];
}
