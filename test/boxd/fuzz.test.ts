import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerLine } from '../../app/boxd/answer-line.ts';
import { LED_STATES } from '../../app/boxd/led.ts';
import { PROGRAMS } from '../../app/boxd/programs.ts';
import { serve } from '../../app/boxd/serve.ts';
import { VERBS } from '../../app/boxd/verbs.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { QUIET, RecordedMachine, RUNNING } from './support.ts';

/** Everything that may ever happen, whatever was asked. */
const ALLOWED = [
  /^systemctl --no-block (reboot|poweroff)$/,
  /^date --utc --set=@\d{10}$/,
  /^rauc status --detailed --output-format=json$/,
  /^rauc (info --output-format=json-2|install) \/var\/lib\/pisang\/update\/bundle\.raucb$/,
  /^systemctl restart pisang-provision\.service$/,
  /^systemctl start rauc\.service$/,
  /^systemctl start modprobe@ledtrig_pattern\.service$/,
  /^write \/sys\/bus\/usb\/devices\/[\d.-]+\/authorized [01]$/,
  /^write \/sys\/class\/leds\/bananapi:green:usr\/(trigger pattern|pattern [\d ]+)$/,
  /^publish \/var\/lib\/pisang\/system\/update\.json \{.*\}\n$/,
  /^write \/var\/lib\/pisang\/factory-reset erase everything$/,
];

const hostile = fc.constantFrom(
  '; reboot',
  '$(reboot)',
  '../../etc/passwd',
  '/bin/sh',
  '--help',
  '1-1/../../x',
  '1-1.2',
  'erase everything',
  '__proto__',
  'constructor',
  '\u0000',
  '\u2028',
  -1,
  1e308,
  1_795_000_000,
  null,
  true,
  [],
  {},
  ...LED_STATES,
);
const names = fc.constantFrom(
  'epochSeconds',
  'device',
  'state',
  'confirm',
  'allowDowngrade',
  'path',
);
const request = fc
  .tuple(
    fc.oneof(fc.constantFrom(...VERBS.keys()), fc.string(), hostile),
    fc.dictionary(fc.oneof(names, fc.string()), fc.oneof(hostile, fc.jsonValue()), { maxKeys: 3 }),
  )
  .map(([verb, fields]) => JSON.stringify({ ...fields, verb }));
const line = fc.oneof(
  request,
  fc.string(),
  fc.json(),
  request.map((text) => text.slice(0, -2)),
);

const CLOCK = new FakeClock();

/** Says yes to everything, so that nothing is spared by a missing file. */
class WillingMachine extends RecordedMachine {
  override exists(): boolean {
    return true;
  }
}

test('whatever a line holds, only what is on the list is done, and each line gets a reply', async () => {
  await fc.assert(
    fc.asyncProperty(line, async (text) => {
      const machine = new WillingMachine();
      const reply = await answerLine(text, { machine, running: RUNNING, clock: CLOCK }, QUIET);
      assert.equal(typeof reply.ok, 'boolean');
      for (const done of machine.done) {
        assert.ok(
          ALLOWED.some((allowed) => allowed.test(done)),
          done,
        );
      }
      assert.ok(reply.ok || machine.done.length <= 1, 'what is refused is not begun');
    }),
    { numRuns: 3_000 },
  );
});

function timesAsked({ done }: RecordedMachine): number {
  return done.filter((line) => line.startsWith('rauc status')).length;
}

test('no program is a shell, and each has an absolute path', () => {
  for (const path of Object.values(PROGRAMS)) {
    assert.match(path, /^\/usr\/bin\/(systemctl|date|rauc)$/);
  }
});

test('octets of any kind on the socket: it stays up, and ends when it is idle', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-boxd-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'boxd.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  t.after(() => server.close());
  const machine = new RecordedMachine();
  const clock = new FakeClock();
  const ended = serve(server, { machine, running: RUNNING, clock, logger: QUIET });

  const say = (octets: Uint8Array): Promise<string> =>
    new Promise((resolve) => {
      let said = '';
      const socket = createConnection({ path }, () => socket.end(octets));
      socket.on('data', (chunk) => (said += String(chunk)));
      socket.on('error', () => {});
      socket.on('close', () => resolve(said));
    });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 6_000 }), async (octets) => {
      await say(octets);
    }),
    { numRuns: 150 },
  );
  const long = await say(Buffer.alloc(100_000, 'x'));
  assert.match(long, /^\{"ok":false,"code":"line-too-long"/);
  assert.deepEqual(machine.done, []);

  const many = await say(Buffer.from('{"verb":"update-status"}\n'.repeat(30)));
  const replies = many
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { ok: boolean });
  assert.equal(replies.length, 30);
  assert.equal(replies.filter(({ ok }) => ok).length, timesAsked(machine));
  assert.ok(
    replies.some(({ ok }) => !ok),
    'more than eight at once are told to wait',
  );

  await clock.advance(59_000);
  assert.match(await say(Buffer.from('{"verb":"reboot"}\n')), /^\{"ok":true/);
  await clock.advance(61_000);
  await ended;
  assert.equal(server.listening, false);
});
