/** What RAUC calls `compatible`; a bundle for anything else would not start here. */
const PRODUCT = 'pisang';

/** What `rauc info` says of a bundle whose signature it has verified; null where the bundle does not say. */
export interface BundleInfo {
  readonly product: string | null;
  readonly version: string;
  /** Debian's name, `armhf`. */
  readonly architecture: string | null;
  /** Of the database the bundle's program writes. */
  readonly schema: number | null;
  /** `release`, or `development-signed`: by a key that one machine made for itself. */
  readonly signing: string | null;
}

export interface RunningSystem {
  readonly version: string;
  /** Debian's name, `armhf`. */
  readonly architecture: string;
  /** Of the database as it is now. */
  readonly schema: number;
  /** `A` or `B`, which runs; null off the appliance. */
  readonly slot: 'A' | 'B' | null;
  /** Whose updates it takes: `release`, `development-signed`, or `unknown` off the appliance. */
  readonly signing: string;
}

export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

/**
 * Reads `rauc info --output-format=json-2` (RAUC 1.13; plain `json` leaves the sections `[meta.…]` out);
 * null when it is not what was expected.
 */
export function readBundleInfo(json: string): BundleInfo | null {
  try {
    const { update, meta } = JSON.parse(json) as {
      update?: { version?: unknown; compatible?: unknown };
      meta?: { pisang?: { schema?: unknown; architecture?: unknown; signing?: unknown } };
    };
    const version = update?.version;
    if (typeof version !== 'string' || versionOf(version) === null) {
      return null;
    }
    const { schema, architecture, signing } = meta?.pisang ?? {};
    return {
      product: name(update?.compatible),
      version,
      architecture: name(architecture),
      schema: typeof schema === 'string' && /^\d{1,6}$/.test(schema) ? Number(schema) : null,
      signing: name(signing),
    };
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
): Refusal | null {
  const { product, version, architecture, schema } = bundle;
  if (product !== PRODUCT) {
    const other = product ?? 'a product that it does not name';
    return { code: 'update-product', detail: `This update is for ${other}, not for ${PRODUCT}.` };
  }
  if (architecture !== running.architecture) {
    const other = architecture ?? 'a machine that it does not name';
    return {
      code: 'update-architecture',
      detail: `This update is for ${other}; this box needs ${running.architecture}.`,
    };
  }
  if (compareVersions(version, running.version) >= 0) {
    return schema === null || schema <= running.schema + 1
      ? null
      : {
          code: 'update-schema',
          detail: `Version ${version} is too far ahead of ${running.version}, which could not read the messages any more if it had to come back. Install a version between the two first.`,
        };
  }
  if (!allowDowngrade) {
    return {
      code: 'update-older',
      detail: `Version ${version} is older than ${running.version}, which runs; --allow-downgrade installs it all the same.`,
    };
  }
  return schema !== null && schema >= running.schema - 1
    ? null
    : {
        code: 'update-schema',
        detail: `Version ${version} can not read the messages that ${running.version} has stored.`,
      };
}

/** What RAUC's reason (1.13, with OpenSSL 3) means for who wants to update; in this order. */
const MEANINGS: readonly (readonly [RegExp, Refusal])[] = [
  [
    /Already processing/,
    { code: 'update-busy', detail: 'Another update is being written; wait until it is done.' },
  ],
  [
    /Signature size is 0$/,
    { code: 'update-unsigned', detail: 'The update is not signed, so it is not taken.' },
  ],
  [
    /^Invalid bundle format/,
    {
      code: 'update-incomplete',
      detail: 'The file is no whole update: it was cut short, or is something else.',
    },
  ],
  [
    /not yet valid|has expired/,
    {
      code: 'update-signer',
      detail: "The signer's certificate is not valid at the time that the box's clock shows.",
    },
  ],
  [
    /signature verification failed: .*(?:self-signed|unable to get|unsuitable|invalid CA)/,
    {
      code: 'update-signer',
      detail: 'The update is signed by somebody whom this system does not trust.',
    },
  ],
  [
    /signature verification failed/,
    { code: 'update-changed', detail: 'The update was changed after it was signed.' },
  ],
  [
    /[Ii]nput\/output error|corrupt/,
    {
      code: 'update-changed',
      detail: 'The update was changed or damaged after it was signed; it is not used.',
    },
  ],
];

/**
 * What RAUC gives as the reason: the last line of its standard error or, since `rauc install` says no more there than that it
 * failed, what follows `LastError:` among its progress on standard output.
 */
export function reasonIn({ out, err }: { readonly out: string; readonly err: string }): string {
  const reason = [...out.matchAll(/^LastError: (.*)$/gm)].at(-1)?.[1];
  return (reason ?? err.trim().split('\n').at(-1) ?? '').trim();
}

/** The refusal behind such a reason; null when it is none of the known ones. */
export function meaningOf(reason: string): Refusal | null {
  return MEANINGS.find(([pattern]) => pattern.test(reason))?.[1] ?? null;
}

/** A short word, fit to be shown. */
function name(value: unknown): string | null {
  return typeof value === 'string' && /^[\w .+-]{1,64}$/.test(value) ? value : null;
}

/** Semantic versioning 2.0.0 §11; above 0 when `one` is newer. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [versionOf(one), versionOf(other)];
  if (a === null || b === null) {
    return 0;
  }
  for (const [index, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  // A pre-release is older than its release.
  return a.words.length === 0 || b.words.length === 0
    ? b.words.length - a.words.length
    : compareWords(a.words, b.words);
}

/** Of two pre-releases: numbers by value and below words, words in ASCII order, the longer list above its beginning. */
function compareWords(one: readonly string[], other: readonly string[]): number {
  for (const [index, a] of one.entries()) {
    const b = other[index];
    if (b === undefined) {
      return 1;
    }
    const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
    const difference =
      isNumber && isOtherNumber
        ? Number(a) - Number(b)
        : isNumber !== isOtherNumber
          ? Number(isOtherNumber) - Number(isNumber)
          : Number(a > b) - Number(a < b);
    if (difference !== 0) {
      return difference;
    }
  }
  return one.length - other.length;
}

interface Version {
  readonly numbers: readonly number[];
  /** Identifiers of a pre-release; none of a release. */
  readonly words: readonly string[];
}

function versionOf(text: string): Version | null {
  const match =
    /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{1,64})?$/.exec(
      text,
    );
  return match === null
    ? null
    : { numbers: match.slice(1, 4).map(Number), words: match[4]?.split('.') ?? [] };
}
