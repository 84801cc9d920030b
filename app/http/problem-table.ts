export interface ProblemEntry {
  readonly status: number;
  readonly title: string;
  /** What to do, where the place that refuses has nothing more exact to say. */
  readonly detail: string;
  readonly retryAfterSeconds?: number;
}

/** The stable codes of refusals; where a condition is the cause, its code. */
export type ProblemCode =
  | 'bad-request'
  | 'host-missing'
  | 'bad-json'
  | 'bad-utf8'
  | 'bad-query'
  | 'bad-idempotency-key'
  | 'key-missing'
  | 'key-unknown'
  | 'scope-missing'
  | 'address-refused'
  | 'cross-site'
  | 'not-found'
  | 'message-not-found'
  | 'inbound-not-found'
  | 'modem-not-found'
  | 'method-not-allowed'
  | 'request-timeout'
  | 'not-cancelable'
  | 'not-uncertain'
  | 'idempotency-in-flight'
  | 'modem-refused'
  | 'body-too-large'
  | 'uri-too-long'
  | 'media-type-unsupported'
  | 'expectation-failed'
  | 'foreign-host'
  | 'invalid-fields'
  | 'idempotency-key-reused'
  | 'rate-limited'
  | 'too-many-bad-keys'
  | 'headers-too-large'
  | 'internal-error'
  | 'transfer-coding-unsupported'
  | 'queue-full'
  | 'queue-busy'
  | 'storage-failing'
  | 'storage-readonly'
  | 'database-damaged'
  | 'database-newer'
  | 'database-missing'
  | 'updating'
  | 'shutting-down'
  | 'too-many-connections'
  | 'worker-stopped'
  | 'storage-full';

/** Every refusal of the API: stable code → status (RFC 9110), title and what to do about it. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemEntry>> = {
  'bad-request': entry(400, 'Malformed request', 'Send a well-formed HTTP/1.1 request.'),
  'host-missing': entry(400, 'No Host header', 'Send exactly one Host header.'),
  'bad-json': entry(400, 'Not JSON', 'Send a body that is valid JSON in UTF-8.'),
  'bad-utf8': entry(400, 'Not UTF-8', 'Send text encoded as UTF-8.'),
  'bad-query': entry(400, 'Malformed query', 'Percent-encode the query as UTF-8.'),
  'bad-idempotency-key': entry(
    400,
    'Malformed Idempotency-Key',
    'Send one Idempotency-Key of 1 to 255 printable ASCII characters.',
  ),
  'key-missing': entry(
    401,
    'No API key',
    'Send the header "Authorization: Bearer psg_…"; "pisang key add" makes a key.',
  ),
  'key-unknown': entry(
    401,
    'Unknown API key',
    'Check the key for copying errors; it may have been revoked. "pisang key list" shows the live ones.',
  ),
  'scope-missing': entry(403, 'The key may not do this', 'Use a key with the needed scope.'),
  'address-refused': entry(
    403,
    'Not from this address',
    'Call from an address that is allowed, or have yours added.',
  ),
  'cross-site': entry(
    403,
    'Refused from another site',
    'Call this from a program or open it directly, not from a page of another site.',
  ),
  'not-found': entry(404, 'Not found', 'Check the path; /docs lists all calls.'),
  'message-not-found': entry(
    404,
    'No such message',
    'Check the id; finished messages are deleted after the retention time.',
  ),
  'inbound-not-found': entry(404, 'No such received message', 'Check the id with GET /v1/inbox.'),
  'modem-not-found': entry(404, 'No such modem', 'GET /v1/modems lists the modems.'),
  'method-not-allowed': entry(
    405,
    'Method not allowed',
    'Use a method that the Allow header names.',
  ),
  'request-timeout': entry(
    408,
    'The request took too long',
    'Send headers and body without pauses; nothing of this request was stored.',
  ),
  'not-cancelable': entry(
    409,
    'Too late to cancel',
    'The message was already handed over or has ended.',
  ),
  'not-uncertain': entry(
    409,
    'Nothing to decide',
    'Only a message in state "uncertain" can be resolved.',
  ),
  'idempotency-in-flight': entry(
    409,
    'The same request is still being stored',
    'Repeat it with the same Idempotency-Key in a second.',
    1,
  ),
  'modem-refused': entry(409, 'The modem refused', 'See the detail; nothing else was changed.'),
  'body-too-large': entry(413, 'Body too large', 'Send a smaller body.'),
  'uri-too-long': entry(
    414,
    'Address too long',
    'Shorten the address, or send the fields by POST.',
  ),
  'media-type-unsupported': entry(
    415,
    'Content type not supported',
    'Send JSON with the header "Content-Type: application/json".',
  ),
  'expectation-failed': entry(
    417,
    'Expectation not supported',
    'Send no Expect header but "100-continue".',
  ),
  'foreign-host': entry(
    421,
    'Not our name',
    'Call the gateway by its address or its own name, or add the name to http.allowedHosts.',
  ),
  'invalid-fields': entry(422, 'Invalid fields', 'Correct the fields that errors[] points at.'),
  'idempotency-key-reused': entry(
    422,
    'Idempotency-Key used for something else',
    'Use a new Idempotency-Key for a different request.',
  ),
  'rate-limited': entry(429, 'Too many requests', 'Wait as long as Retry-After says.'),
  'too-many-bad-keys': entry(
    429,
    'Too many wrong keys',
    'Wait as long as Retry-After says, then use a right key.',
  ),
  'headers-too-large': entry(431, 'Headers too large', 'Send fewer or shorter headers.'),
  'internal-error': entry(
    500,
    'Something went wrong here',
    'Nothing was stored. Repeat the request; if it fails again, report it with the request id.',
  ),
  'transfer-coding-unsupported': entry(
    501,
    'Transfer coding not supported',
    'Send the body as it is, with a Content-Length or with "Transfer-Encoding: chunked" alone.',
  ),
  'queue-full': entry(
    503,
    'The queue is full',
    'Repeat later; the status page says why sending is slow.',
    10,
  ),
  'queue-busy': entry(503, 'The storage is busy', 'Nothing was stored. Repeat the request.', 1),
  'storage-failing': entry(
    503,
    'The storage fails',
    'Nothing was stored. Look at the status page; the card may have to be replaced.',
    60,
  ),
  'storage-readonly': entry(
    503,
    'The storage is read-only',
    'Nothing was stored. Look at the status page; the card may have to be replaced.',
    60,
  ),
  'database-damaged': entry(
    503,
    'The database is damaged',
    'Nothing was stored. Look at the status page for what to do.',
    60,
  ),
  'database-newer': entry(
    503,
    'The data belongs to a newer version',
    'Nothing was stored. Install the newer version of pisang again.',
    60,
  ),
  'database-missing': entry(
    503,
    'The database file is gone',
    'Nothing was stored. Look at the status page for what to do.',
    60,
  ),
  updating: entry(503, 'An update is under way', 'Repeat in a few minutes.', 30),
  'shutting-down': entry(503, 'Shutting down', 'Repeat after the restart; nothing was stored.', 5),
  'too-many-connections': entry(
    503,
    'Too many connections',
    'Repeat later, with fewer connections at once.',
    2,
  ),
  'worker-stopped': entry(
    503,
    'The modem worker does not answer',
    'It is restarted by itself; repeat in half a minute.',
    30,
  ),
  'storage-full': entry(
    507,
    'The disk is full',
    'Nothing was stored. Free space or shorten queue.retentionDays, then repeat.',
    60,
  ),
};

function entry(
  status: number,
  title: string,
  detail: string,
  retryAfterSeconds?: number,
): ProblemEntry {
  return retryAfterSeconds === undefined
    ? { status, title, detail }
    : { status, title, detail, retryAfterSeconds };
}
