-- Schema 1. Times are wall milliseconds; `boot` and `monotonic_ms` place them within one boot.
-- Ids are the 16 octets of a UUIDv7. Order is always by seq, never by a clock.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE boots (
  boot        INTEGER PRIMARY KEY,
  boot_id     TEXT NOT NULL UNIQUE,
  seen_at_ms  INTEGER NOT NULL
) STRICT;

-- One row, changed once per transaction; what count(*) would say, without the counting.
CREATE TABLE counters (
  one              INTEGER PRIMARY KEY CHECK (one = 1),
  next_seq         INTEGER NOT NULL DEFAULT 1,
  next_event       INTEGER NOT NULL DEFAULT 1,
  newest_at_ms     INTEGER NOT NULL DEFAULT 0,
  keys_version     INTEGER NOT NULL DEFAULT 1,
  ready            INTEGER NOT NULL DEFAULT 0,
  backing_off      INTEGER NOT NULL DEFAULT 0,
  scheduled        INTEGER NOT NULL DEFAULT 0,
  sending          INTEGER NOT NULL DEFAULT 0,
  uncertain        INTEGER NOT NULL DEFAULT 0,
  parts            INTEGER NOT NULL DEFAULT 0,
  total_accepted   INTEGER NOT NULL DEFAULT 0,
  total_sent       INTEGER NOT NULL DEFAULT 0,
  total_parts_sent INTEGER NOT NULL DEFAULT 0,
  total_delivered  INTEGER NOT NULL DEFAULT 0,
  total_failed     INTEGER NOT NULL DEFAULT 0,
  total_inbound    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO counters (one) VALUES (1);

CREATE TABLE messages (
  seq              INTEGER PRIMARY KEY,
  id               BLOB NOT NULL,
  status           TEXT NOT NULL,
  -- When a scheduled or backing-off row becomes ready; NULL in every other row.
  wait_until_ms    INTEGER,
  wait_boot        INTEGER,
  -- 0 high, 1 normal, 2 low.
  rank             INTEGER NOT NULL,
  -- The only modem that may send it; '' is any.
  lane             TEXT NOT NULL,
  attempts         INTEGER NOT NULL DEFAULT 0,
  parts_sent       INTEGER NOT NULL DEFAULT 0,
  concat_reference INTEGER,
  sent_modem       TEXT,
  sent_at_ms       INTEGER,
  delivered_at_ms  INTEGER,
  -- Set with the first terminal status; retention counts from here.
  ended_at_ms      INTEGER,
  error_code       TEXT,
  created_at_ms    INTEGER NOT NULL,
  boot             INTEGER NOT NULL,
  monotonic_ms     INTEGER NOT NULL,
  clock_trusted    INTEGER NOT NULL,
  recipient        TEXT NOT NULL,
  encoding         TEXT NOT NULL,
  segments         INTEGER NOT NULL,
  flash            INTEGER NOT NULL,
  delivery_report  INTEGER NOT NULL,
  on_uncertain     TEXT NOT NULL,
  send_at_ms       INTEGER,
  validity_seconds INTEGER,
  key_name         TEXT NOT NULL,
  reference        TEXT,
  body             TEXT NOT NULL,
  metadata         TEXT
) STRICT;

CREATE UNIQUE INDEX messages_id ON messages (id);
-- Small whatever the size of the table: finished rows are not in it. With the recipient, so that
-- a modem with routes passes over others' messages without reading their rows.
CREATE INDEX messages_ready ON messages (lane, rank, seq, recipient)
  WHERE status = 'queued' AND wait_until_ms IS NULL;
CREATE INDEX messages_waiting ON messages (status, wait_until_ms)
  WHERE wait_until_ms IS NOT NULL;
-- Validity runs on wall time where the clock was trusted at acceptance, else on monotonic time.
CREATE INDEX messages_perishable ON messages (created_at_ms + validity_seconds * 1000)
  WHERE validity_seconds IS NOT NULL AND clock_trusted = 1 AND status IN ('queued', 'scheduled');
CREATE INDEX messages_perishable_untrusted ON messages (boot, monotonic_ms + validity_seconds * 1000)
  WHERE validity_seconds IS NOT NULL AND clock_trusted = 0 AND status IN ('queued', 'scheduled');
CREATE INDEX messages_status ON messages (status, seq);
-- Led by the last digit: appends go to ten hot pages instead of to one page per recipient, and a
-- search reads a tenth of the index at worst.
CREATE INDEX messages_recipient ON messages (substr(recipient, -1), seq, recipient);
CREATE INDEX messages_reference ON messages (reference, seq) WHERE reference IS NOT NULL;

-- A row exists from the first hand-over of a part; parts before it are cut from the text.
CREATE TABLE parts (
  message_seq       INTEGER NOT NULL,
  number            INTEGER NOT NULL,
  status            TEXT NOT NULL,
  modem             TEXT NOT NULL,
  iccid             TEXT,
  -- Digits of the recipient, for matching a report that has lost its `+`.
  digits            TEXT NOT NULL,
  reference         INTEGER,
  last_reference    INTEGER,
  handed_over_at_ms INTEGER NOT NULL,
  sent_at_ms        INTEGER,
  reported_at_ms    INTEGER,
  tp_st             INTEGER,
  PRIMARY KEY (message_seq, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_open ON parts (message_seq) WHERE status = 'handed-over';
CREATE INDEX parts_digits ON parts (digits, handed_over_at_ms);
CREATE INDEX parts_handed_over ON parts (modem, handed_over_at_ms);

-- The timeline. message_seq 0: an event of the gateway itself, `subject` says whose.
CREATE TABLE events (
  message_seq  INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  type         TEXT NOT NULL,
  subject      TEXT,
  detail       TEXT,
  at_ms        INTEGER NOT NULL,
  boot         INTEGER NOT NULL,
  monotonic_ms INTEGER NOT NULL,
  PRIMARY KEY (message_seq, seq)
) STRICT, WITHOUT ROWID;

-- Public events, written with the change they tell of; the webhook deliverer reads them by seq.
CREATE TABLE event_outbox (
  seq     INTEGER PRIMARY KEY,
  type    TEXT NOT NULL,
  subject TEXT NOT NULL,
  data    TEXT NOT NULL,
  at_ms   INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency (
  key_name      TEXT NOT NULL,
  key           TEXT NOT NULL,
  body_hash     BLOB NOT NULL,
  -- 16 octets for each message of the request, in its order.
  ids           BLOB NOT NULL,
  first_seq     INTEGER NOT NULL,
  last_seq      INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  -- Latest end of a message of the request that retention has taken already, or NULL.
  ended_at_ms   INTEGER,
  PRIMARY KEY (key_name, key)
) STRICT, WITHOUT ROWID;
-- In the order of age, and from a message to its key.
CREATE INDEX idempotency_seq ON idempotency (last_seq, first_seq);

CREATE TABLE api_keys (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  hash          TEXT NOT NULL UNIQUE,
  scopes        TEXT NOT NULL,
  allow         TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE inbound (
  seq                  INTEGER PRIMARY KEY,
  id                   BLOB NOT NULL UNIQUE,
  sender               TEXT NOT NULL,
  body                 TEXT NOT NULL,
  received_at_ms       INTEGER NOT NULL,
  service_centre_at_ms INTEGER,
  modem                TEXT NOT NULL,
  parts                INTEGER NOT NULL,
  parts_received       INTEGER NOT NULL,
  encoding             TEXT NOT NULL,
  lossy                INTEGER NOT NULL
) STRICT;
CREATE INDEX inbound_sender ON inbound (sender, seq);

CREATE TABLE inbound_parts (
  seq                  INTEGER PRIMARY KEY,
  pdu_hash             BLOB NOT NULL,
  sender               TEXT NOT NULL,
  service_centre_at_ms INTEGER,
  pdu                  TEXT NOT NULL,
  modem                TEXT NOT NULL,
  iccid                TEXT,
  body                 TEXT NOT NULL,
  encoding             TEXT NOT NULL,
  lossy                INTEGER NOT NULL,
  concat_reference     INTEGER,
  concat_bits          INTEGER,
  concat_total         INTEGER,
  concat_number        INTEGER,
  received_at_ms       INTEGER NOT NULL,
  -- NULL while siblings are missing.
  inbound_seq          INTEGER
) STRICT;
CREATE UNIQUE INDEX inbound_parts_once
  ON inbound_parts (pdu_hash, sender, ifnull(service_centre_at_ms, 0));
CREATE INDEX inbound_parts_waiting ON inbound_parts (received_at_ms) WHERE inbound_seq IS NULL;
CREATE INDEX inbound_parts_concat ON inbound_parts (sender, concat_reference)
  WHERE concat_reference IS NOT NULL;
CREATE INDEX inbound_parts_of ON inbound_parts (inbound_seq) WHERE inbound_seq IS NOT NULL;

-- Written before the PIN goes to the card. accepted NULL: no result is known, which counts as refused.
CREATE TABLE pin_attempts (
  iccid    TEXT NOT NULL,
  pin_hmac TEXT NOT NULL,
  at_ms    INTEGER NOT NULL,
  boot     INTEGER NOT NULL,
  accepted INTEGER,
  PRIMARY KEY (iccid, pin_hmac)
) STRICT, WITHOUT ROWID;

-- Which versions of the program may open this schema without migrating. Each migration adds its row.
INSERT INTO meta VALUES ('schema-1-opens-from', '1');
