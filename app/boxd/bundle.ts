/** What `rauc info` says of a bundle whose signature it has verified. */
export interface BundleInfo {
  readonly version: string;
  /** Of the database the bundle's program writes; null where the bundle does not say. */
  readonly schema: number | null;
}

export interface RunningSystem {
  readonly version: string;
  /** Of the database as it is now. */
  readonly schema: number;
}

/** Reads `rauc info --output-format=json`; null when it is not what was expected. */
export function readBundleInfo(json: string): BundleInfo | null {
  try {
    const info = JSON.parse(json) as {
      version?: unknown;
      meta?: { pisang?: { schema?: unknown } };
    };
    const schema = Number(info.meta?.pisang?.schema);
    return typeof info.version === 'string' && versionOf(info.version) !== null
      ? { version: info.version, schema: Number.isInteger(schema) ? schema : null }
      : null;
  } catch {
    return null;
  }
}

/**
 * Why a bundle is not installed; null when it may be. A program opens a database that is one schema
 * newer than its own, and no newer one: going back further would leave the messages unreadable.
 */
export function refusalOf(
  bundle: BundleInfo,
  running: RunningSystem,
  allowDowngrade: boolean,
): { readonly code: string; readonly detail: string } | null {
  if (compareVersions(bundle.version, running.version) >= 0) {
    return null;
  }
  if (!allowDowngrade) {
    return {
      code: 'update-older',
      detail: `Version ${bundle.version} is older than ${running.version}, which runs; --allow-downgrade installs it all the same.`,
    };
  }
  return bundle.schema !== null && bundle.schema >= running.schema - 1
    ? null
    : {
        code: 'update-schema',
        detail: `Version ${bundle.version} can not read the messages that ${running.version} has stored.`,
      };
}

/** Semantic versioning 2.0.0 §11, for the three numbers; a pre-release is older than its release. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [versionOf(one) ?? [0, 0, 0, 0], versionOf(other) ?? [0, 0, 0, 0]];
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function versionOf(text: string): readonly number[] | null {
  const match =
    /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(-[0-9A-Za-z.-]{1,64})?(\+[0-9A-Za-z.-]{1,64})?$/.exec(text);
  return match === null
    ? null
    : [Number(match[1]), Number(match[2]), Number(match[3]), match[4] === undefined ? 1 : 0];
}
