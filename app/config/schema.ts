import type { GatewayConfig, ModemConfig } from '../domain/config.ts';
import type { ModemId } from '../domain/ids.ts';
import {
  boolean,
  choice,
  type Fields,
  group,
  integer,
  integerOrAuto,
  text,
  texts,
} from './field.ts';

const CIDRS = 'a list of addresses or CIDR ranges such as "192.168.1.0/24"';
const ADDRESSES =
  'a list of "host:port", "[IPv6]:port" or "unix:/path", such as ["0.0.0.0:80", "[::]:80"]';

const MODEM: Fields<ModemConfig> = {
  id: text<ModemId>(
    'Name of the modem in the API, the log and on the pages. It stays with the queue, so do not rename a modem while messages wait for it.',
    undefined,
    '1 to 32 letters, digits, "-" or "_"',
    { pattern: '^[A-Za-z0-9_-]{1,32}$' },
  ),
  port: text<string>(
    'Where the modem is: `auto` probes the USB serial ports; `serial:/dev/serial/by-id/…?baud=115200` names one; `tcp://HOST:PORT` reaches one over the network (ser2net, the simulator); `sim:` starts a simulated one (only with `pisang run`).',
    'auto',
    '"auto", "serial:/dev/…", "tcp://HOST:PORT" or "sim:"',
    { format: 'modem-port' },
  ),
  pin: text<string | null>(
    'PIN of the SIM card. It is tried once for a card; after a refusal it is never tried again by itself. Better kept in `pins.json` than here.',
    null,
    '4 to 8 digits in quotes',
    { pattern: '^[0-9]{4,8}$' },
    { secret: true },
  ),
  ratePerMinute: integer<number | null>(
    'Most parts this modem hands over in a minute; null is no limit. Prepaid cards are often blocked for sending faster than people do. For `sim:` the default is null.',
    20,
    1,
    60_000,
    { unit: 'SMS parts per minute', nullable: true },
  ),
  dailyCap: integer<number | null>(
    'Most parts this modem hands over in any 24 hours; null is no limit. Kept over restarts.',
    null,
    1,
    10_000_000,
    { unit: 'SMS parts per 24 hours' },
  ),
  routes: texts(
    'Beginnings of the numbers that this modem serves, such as `+62811`. Empty: all numbers.',
    [],
    'a list of number beginnings such as "+62811"',
    { pattern: '^\\+?[0-9]{1,15}$' },
  ),
  roamingAllowed: boolean(
    'Whether to send while the SIM is in a foreign network. false holds the queue there.',
    false,
  ),
  balanceUssd: text<string | null>(
    'USSD code that asks for the balance, such as `*888#`; null never asks.',
    null,
    'a USSD code such as "*888#"',
    { pattern: '^[*#0-9]{2,32}$' },
  ),
  postpaid: boolean(
    'true when the SIM has a contract: refusals that mean "no credit" on a prepaid card are then read as barring.',
    false,
  ),
};

/** Every setting of pisang. The validator, the environment names and the reference follow from it. */
export const SCHEMA: Fields<GatewayConfig> = {
  dataDir: text<string>(
    'Folder of the database, `config.json`, `pins.json` and all else that must outlive a restart. It must lie on a local disk.',
    '/var/lib/pisang/app',
    'an absolute path',
    { format: 'absolute-path' },
  ),
  runDir: text<string>(
    'Folder of the local sockets (`api.sock`, `worker.sock`); may be empty after a restart.',
    '/run/pisang',
    'an absolute path of at most 90 characters',
    { format: 'absolute-path', maxLength: 90 },
  ),
  defaultRegion: text<string>(
    'Country in which a number without `+` is read, as ISO 3166 letters.',
    'ID',
    'two capital letters of a country, such as "ID"',
    { pattern: '^[A-Z]{2}$' },
  ),
  http: group('The HTTP service.', {
    listen: texts(
      'Addresses of the plain HTTP service. One string is read as a list of one.',
      ['0.0.0.0:80', '[::]:80'],
      ADDRESSES,
      { format: 'listen-address' },
      1,
    ),
    tls: group(
      'Addresses with TLS, besides the plain ones. null: none. The files are read again on SIGHUP.',
      {
        listen: texts(
          'Addresses with TLS.',
          ['0.0.0.0:443', '[::]:443'],
          ADDRESSES,
          {
            format: 'listen-address',
          },
          1,
        ),
        certFile: text<string>('PEM file of the certificate and its chain.', undefined, 'a path', {
          format: 'absolute-path',
        }),
        keyFile: text<string>('PEM file of the private key.', undefined, 'a path', {
          format: 'absolute-path',
        }),
      },
      true,
    ),
    allowedHosts: texts(
      'Names by which browsers and programs may call the box, besides its own addresses, its host name and localhost. Others get 421.',
      [],
      'a list of host names without port',
      { pattern: '^[A-Za-z0-9._:\\[\\]-]{1,253}$' },
    ),
    backlog: integer(
      'Connections the kernel keeps waiting until they are accepted. The kernel cuts it to net.core.somaxconn.',
      65_535,
      1,
      65_535,
      { unit: 'connections' },
    ),
    processes: integer(
      'HTTP processes that share the port. One is right for a board; more help on machines with many cores.',
      1,
      1,
      64,
      { unit: 'processes' },
    ),
    maxConnections: integerOrAuto(
      'Most open connections; more get 503. `auto` follows the limit of open files.',
      16,
      1_000_000,
      { unit: 'connections' },
    ),
    bodyLimitBytes: integer(
      'Largest body of a request; a larger one gets 413.',
      65_536,
      1024,
      16_777_216,
      {
        unit: 'bytes',
      },
    ),
    batchLimitBytes: integer(
      'Largest body of `POST /v1/messages/batch`.',
      4_194_304,
      1024,
      67_108_864,
      { unit: 'bytes' },
    ),
    requestTimeoutSeconds: integer(
      'A client that has not sent its whole request by then is cut off.',
      30,
      1,
      3600,
      { unit: 'seconds' },
    ),
    keepAliveTimeoutSeconds: integer(
      'How long an idle connection stays open for the next request.',
      65,
      1,
      3600,
      { unit: 'seconds' },
    ),
    rateLimitPerMinute: integer<number | null>(
      'Most requests in a minute for each key (for each address where there is no key); more get 429. null is no limit: the bounded queue is what protects the box.',
      null,
      1,
      10_000_000,
      { unit: 'requests per minute' },
    ),
    badKeysPerMinute: integer(
      'Requests with a wrong key that one address may make in a minute before it gets 429.',
      60,
      1,
      1_000_000,
      { unit: 'requests per minute' },
    ),
  }),
  legacy: group('`/s.py`, the call of the service before pisang.', {
    enabled: boolean('Whether `/s.py` answers at all.', true),
    requireKey: boolean('Whether `/s.py` asks for a key.', true),
    allowFrom: texts(
      'Addresses that may call `/s.py`; holds with and without a key.',
      ['127.0.0.0/8'],
      CIDRS,
      { format: 'cidr' },
    ),
  }),
  queue: group('The stored queue.', {
    maxDepth: integer(
      'Most messages that wait; more get 503 `queue-full`.',
      100_000,
      1,
      3_000_000,
      { unit: 'messages' },
    ),
    diskReserveBytes: integer(
      'Free space below which nothing new is accepted (507), so that what is queued can still be finished.',
      67_108_864,
      1_048_576,
      1_099_511_627_776,
      { unit: 'bytes' },
    ),
    onUncertain: choice(
      'What becomes of an SMS whose outcome is unknown after it was handed to the modem, where the message does not say: `hold` waits for a person, `resend` sends again and may send twice.',
      'hold',
      ['hold', 'resend'],
    ),
    maxAttempts: integer('Tries for one message before it is `failed`.', 5, 1, 100, {
      unit: 'attempts',
    }),
    lateAnswerSeconds: integer(
      'After a crash or power cut: how long a modem that held a part may still answer for it before the message becomes `uncertain`. Networks take up to 60 s; a smaller value only makes doubt more frequent.',
      75,
      1,
      600,
      { unit: 'seconds' },
    ),
    retentionDays: integer('How long finished messages are kept.', 30, 1, 3650, { unit: 'days' }),
  }),
  modems: {
    kind: 'list',
    description:
      'The modems, one object each. They share one queue. A file that has this list replaces the whole list of the file before it.',
    fields: MODEM,
    default: [{ id: 'modem1' }],
  },
  site: group('Where the box stands.', {
    name: text<string | null>('Name shown on the pages.', null, 'up to 64 characters', {
      minLength: 1,
      maxLength: 64,
    }),
    timeZone: text<string>(
      'Time zone of the pages. The API always speaks UTC.',
      'Asia/Jakarta',
      'a time zone such as "Asia/Jakarta"',
      { format: 'time-zone' },
    ),
    language: choice('Language of the pages; `auto` follows the browser.', 'auto', [
      'auto',
      'en',
      'id',
    ]),
  }),
  status: group('The status page.', {
    public: choice(
      'What people without a login see: `full-page` (numbers and texts masked), `verdict` (one sentence), `off`. With the latter two `/v1/status` leaves out modems and messages, too.',
      'full-page',
      ['full-page', 'verdict', 'off'],
    ),
  }),
  webhooks: group('Calls to your programs.', {
    allowTo: texts(
      'Addresses that webhooks may call besides public ones and the attached networks, such as loopback.',
      [],
      CIDRS,
      { format: 'cidr' },
    ),
  }),
  metrics: group('`/metrics` for Prometheus.', {
    allowFrom: texts('Addresses that may read the metrics without a key.', ['127.0.0.0/8'], CIDRS, {
      format: 'cidr',
    }),
  }),
  sampler: group('The record of processor, memory and network use.', {
    enabled: boolean('Whether samples are taken.', true),
    intervalSeconds: integer('Time between two samples.', 1, 1, 3600, { unit: 'seconds' }),
    keepDays: integer('How long samples are kept.', 7, 1, 3650, { unit: 'days' }),
  }),
  simulator: group('The simulated modem of every `sim:` port.', {
    sendMs: integer('Time from Ctrl-Z to the answer of the simulated network.', 0, 0, 600_000, {
      unit: 'milliseconds',
    }),
    profile: text<string | null>(
      'Modem family to imitate; null is a plain one.',
      null,
      'a profile name',
      {
        pattern: '^[A-Za-z0-9_-]{1,64}$',
      },
    ),
    faults: text<string | null>(
      'JSON file of faults to play; read again when it changes.',
      null,
      'an absolute path',
      { format: 'absolute-path' },
    ),
  }),
  log: group('The log: JSON lines on standard output.', {
    level: choice('Least level that is written.', 'info', ['debug', 'info', 'warn', 'error']),
    redactNumbers: boolean(
      'Whether phone numbers are masked in the log. Texts are never logged.',
      true,
    ),
  }),
};
