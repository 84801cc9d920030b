import { merge } from '../config/layers.ts';
import { pemOf, type Settings, type StaticNetwork, TAKEN } from './settings.ts';

/** A file of the data partition; `text` null takes it away. */
export interface Output {
  readonly path: string;
  readonly mode: number;
  readonly text: string | null;
}

export interface OutputPlaces {
  /** The service's own folder: `config.json`, `pins.json`. */
  readonly dataDir: string;
  /** What the system reads at boot, in the form in which it reads it. */
  readonly boxDir: string;
  /** The modem whose SIM the PIN opens. */
  readonly modemId: string;
  /** What `config.json` and `pins.json` hold now. */
  readonly config: object;
  readonly pins: object;
}

/** Everything that the settings change on the data partition. */
export function outputsOf(settings: Settings, places: OutputPlaces): readonly Output[] {
  const { dataDir, boxDir } = places;
  const { hostName, timeZone, network, ntpServer, ca, sshKeys, simPin } = settings;
  const outputs: Output[] = [];
  const put = (path: string, mode: number, text: string | null): void => {
    outputs.push({ path, mode, text });
  };
  put(`${dataDir}/config.json`, 0o640, json(merge(places.config, configOf(settings))));
  if (simPin !== undefined && simPin !== TAKEN) {
    // Where it is withdrawn, `undefined` is left out of the text.
    const pins = { ...places.pins, [places.modemId]: simPin ?? undefined };
    put(`${dataDir}/pins.json`, 0o600, json(pins));
  }
  if (hostName !== undefined) {
    put(`${boxDir}/hostname`, 0o644, `${hostName}\n`);
  }
  if (timeZone !== undefined) {
    put(`${boxDir}/timezone`, 0o644, `${timeZone}\n`);
  }
  if (network !== undefined) {
    put(`${boxDir}/network`, 0o644, network === 'dhcp' ? null : networkFile(network));
  }
  if (ntpServer !== undefined) {
    const text = ntpServer === null ? null : `[Time]\nNTP=${ntpServer}\n`;
    put(`${boxDir}/timesyncd.conf`, 0o644, text);
  }
  if (ca !== undefined) {
    put(`${boxDir}/ca.pem`, 0o644, ca === null ? null : `${pemOf(ca).trim()}\n`);
  }
  if (sshKeys !== undefined) {
    const text = sshKeys.length === 0 ? null : `${sshKeys.join('\n')}\n`;
    put(`${boxDir}/authorized_keys`, 0o600, text);
  }
  return outputs;
}

function configOf({ region, timeZone, language, siteName }: Settings): object {
  const site = {
    ...(siteName === undefined ? {} : { name: siteName }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(language === undefined ? {} : { language }),
  };
  return {
    ...(region === undefined ? {} : { defaultRegion: region }),
    ...(Object.keys(site).length === 0 ? {} : { site }),
  };
}

/** systemd.network(5). */
function networkFile({ address, gateway, dns }: StaticNetwork): string {
  return [
    '[Match]',
    'Type=ether',
    // As 80-pisang.network: never a modem that shows itself as a network card.
    'Property=!ID_BUS=usb',
    '',
    '[Network]',
    `Address=${address}`,
    `Gateway=${gateway}`,
    ...(dns ?? [gateway]).map((server) => `DNS=${server}`),
    '',
  ].join('\n');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
