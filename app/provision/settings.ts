import { SCOPES } from '../domain/scopes.ts';

/** Stands in the place of a secret that was taken; what is in force stays. */
export const TAKEN = '(taken)';

/** `pisang.json` after it was checked. A field that is missing changes nothing. */
export interface Settings {
  readonly hostName?: string;
  readonly timeZone?: string;
  /** ISO 3166-1 alpha-2. */
  readonly region?: string;
  readonly language?: 'auto' | 'en' | 'id';
  readonly siteName?: string;
  /** Digits, or `TAKEN`; null withdraws it, as in the other fields that may be null. */
  readonly simPin?: string | null;
  readonly network?: 'dhcp' | StaticNetwork;
  readonly ntpServer?: string | null;
  /** One or more certificates in PEM form; as lines, too. */
  readonly ca?: string | readonly string[] | null;
  readonly apiKeys?: 'make' | readonly WantedKey[];
  /** Lines as in `authorized_keys`, without options; without any, SSH is off. */
  readonly sshKeys?: readonly string[];
}

export interface StaticNetwork {
  /** IPv4 with prefix length. */
  readonly address: string;
  readonly gateway: string;
  readonly dns?: readonly string[];
}

export interface WantedKey {
  readonly name: string;
  readonly scopes?: readonly string[];
  /** `make`, the key itself, or `TAKEN`. */
  readonly key?: string;
}

export function pemOf(ca: NonNullable<Settings['ca']>): string {
  return typeof ca === 'string' ? ca : ca.join('\n');
}

/** Of the keys that are to stay as they are. */
export function namesOfTaken({ apiKeys }: Settings): readonly string[] {
  return typeof apiKeys === 'object'
    ? apiKeys.filter(({ key }) => key === TAKEN).map(({ name }) => name)
    : [];
}

/** Of a key that does not say. */
export const DEFAULT_SCOPES: readonly string[] = ['messages:send', 'messages:read'];

/**
 * A piece of JSON Schema with what a person needs: `says` completes "must be …", `write` is an
 * example, `secret` values are never repeated.
 */
export type Rule = Readonly<Record<string, unknown>>;

function field(says: string, write: unknown, rule: Rule, secret: boolean = false): Rule {
  return { ...rule, help: { says, write: JSON.stringify(write), secret } };
}

const TEXT = { type: 'string' };
const TEXT_OR_NULL = { type: ['string', 'null'] };

const STATIC: Rule = {
  additionalProperties: false,
  required: ['address', 'gateway'],
  properties: {
    address: field('an IPv4 address with its prefix length', '192.168.1.20/24', {
      ...TEXT,
      format: 'ipv4-range',
    }),
    gateway: field('the IPv4 address of the router', '192.168.1.1', { ...TEXT, format: 'ipv4' }),
    dns: field('a list of 1 to 3 addresses', ['192.168.1.1'], {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      items: field('an IP address', '192.168.1.1', { ...TEXT, format: 'ip' }),
    }),
  },
};

const WANTED_KEY: Rule = field(
  'an object with the name of a key',
  { name: 'shop', key: 'make' },
  {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: field('1 to 64 letters, digits, spaces, ".", "_" or "-"', 'shop', {
        ...TEXT,
        pattern: '^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$',
      }),
      scopes: field(`a list of ${SCOPES.join(', ')}`, DEFAULT_SCOPES, {
        type: 'array',
        minItems: 1,
        maxItems: SCOPES.length,
        items: field(`one of ${SCOPES.join(', ')}`, 'messages:send', { enum: SCOPES }),
      }),
      key: field(
        '"make", or psg_ and 40 letters and digits',
        'make',
        { ...TEXT, pattern: '^(make|\\(taken\\)|psg_[0-9A-Za-z]{40})$' },
        true,
      ),
    },
  },
  true,
);

const ONE_MADE: Rule = field(
  '"make", or a list of keys',
  'make',
  { type: ['string', 'array'], format: 'make', maxItems: 16, items: WANTED_KEY },
  true,
);

/** Everything that `pisang.json` may say. */
export const SETTINGS_RULE: Rule = field(
  'one JSON object',
  { siteName: 'Kantor' },
  {
    type: 'object',
    additionalProperties: false,
    properties: {
      hostName: field(
        'a name of 1 to 63 small letters, digits and "-", which begins and ends with a letter or digit',
        'pisang',
        { ...TEXT, pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$' },
      ),
      timeZone: field('a time zone', 'Asia/Jakarta', { ...TEXT, format: 'time-zone' }),
      region: field('two capital letters of a country', 'ID', { ...TEXT, pattern: '^[A-Z]{2}$' }),
      language: field('one of "auto", "en", "id"', 'id', { enum: ['auto', 'en', 'id'] }),
      siteName: field('1 to 64 characters in one line', 'Kantor Desa', {
        ...TEXT,
        minLength: 1,
        maxLength: 64,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
      }),
      simPin: field(
        '4 to 8 digits in quotes',
        '1234',
        { ...TEXT_OR_NULL, pattern: '^([0-9]{4,8}|\\(taken\\))$' },
        true,
      ),
      network: field('"dhcp", or an object with address and gateway', 'dhcp', {
        type: ['string', 'object'],
        format: 'dhcp',
        ...STATIC,
      }),
      ntpServer: field('one host name or address', 'id.pool.ntp.org', {
        ...TEXT_OR_NULL,
        format: 'host',
      }),
      ca: field(
        'certificates of your own authority in PEM form, as one text or a list of lines',
        ['-----BEGIN CERTIFICATE-----', '…'],
        { type: ['string', 'array', 'null'], items: { type: 'string' }, maxItems: 1000 },
      ),
      apiKeys: ONE_MADE,
      sshKeys: field('a list of up to 16 SSH public keys', ['ssh-ed25519 AAAA… me@laptop'], {
        type: 'array',
        maxItems: 16,
        items: field(
          'an SSH public key as ssh-keygen writes it, on one line and without options',
          'ssh-ed25519 AAAA… me@laptop',
          { ...TEXT, format: 'ssh-key' },
          // It may be a line of the private key.
          true,
        ),
      }),
    },
  },
  // Where there is no object, there may be a secret alone.
  true,
);
