import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import {
  type DeliverFields,
  decodeSubmit,
  encodeDeliver,
  joinParts,
  segmentText,
} from '../../app/pdu/index.ts';
import { anyText, GSM7_BASIC, GSM7_EXTENDED, gsm7Text, seeded } from '../pdu/texts.ts';
import { ScriptedModem } from './scripted-modem.ts';

const run = promisify(execFile);

/** Runs gammu against the modem, over a pty that socat makes; resolves with its output. */
async function gammu(modem: ScriptedModem, args: readonly string[]): Promise<string> {
  const port = await modem.listen();
  const folder = mkdtempSync(join(tmpdir(), 'pisang-gammu-'));
  const tty = join(folder, 'tty');
  const config = join(folder, 'gammurc');
  writeFileSync(config, `[gammu]\nport = ${tty}\nconnection = at115200\n`);
  const socat = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${tty}`, `tcp:127.0.0.1:${port}`]);
  const ended = new Promise<void>((resolve) => {
    socat.once('exit', () => resolve());
    socat.once('error', () => resolve());
  });
  try {
    await new Promise<void>((resolve, reject) => {
      void ended.then(() => reject(new Error('this needs: apt-get install socat gammu')));
      socat.stderr.on('data', (chunk: Buffer) => {
        if (chunk.includes('starting data transfer loop')) resolve();
      });
    });
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
    const options = { env, timeout: 120_000, maxBuffer: 16 << 20 };
    return (await run('gammu', ['-c', config, ...args], options)).stdout;
  } finally {
    socat.kill();
    await ended;
    await modem.close();
    rmSync(folder, { recursive: true });
  }
}

interface Shown {
  readonly from: string | undefined;
  readonly sent: string | undefined;
  readonly concat: string | undefined;
  readonly text: string;
}

/** What `gammu getallsms` prints of each SMS. */
function shownBy(output: string): Shown[] {
  return output
    .replace(/\n\d+ SMS parts in \d+ SMS sequences\n$/, '')
    .split(/^Location \d+, folder .*\n/m)
    .slice(1)
    .map((block) => {
      const [head = '', ...body] = block.split(/\n\n/);
      const field = (name: string) => new RegExp(`^${name} *: (.*)$`, 'm').exec(head)?.[1];
      return {
        from: field('Remote number')?.slice(1, -1),
        sent: field('Sent'),
        concat: field('User Data Header'),
        text: body.join('\n\n').replace(/\n+$/, ''),
      };
    });
}

/** It shows control characters as line breaks of the terminal, and cuts blanks at the end. */
const showable = (text: string): boolean => !/\p{Cc}|^\s|\s$|^$/u.test(text);

// Not compared: `*` and `#` in a number, which gammu leaves out, and zones west of Greenwich with part of
// an hour, which it prints wrongly.
test('gammu reads our SMS-DELIVER: every character, names, numbers, long texts, zones', async () => {
  const serviceCentreAtMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  const deliver = (from: string, text: string, minutes = 0): DeliverFields[] => {
    const { parts, encoding } = segmentText(text, { encoding: 'auto' });
    return parts.map((part, index) => ({
      from,
      text: part,
      encoding,
      concat:
        parts.length === 1
          ? null
          : { reference: 77, bits: 8, total: parts.length, number: index + 1 },
      serviceCentreAtMs,
      serviceCentreOffsetMinutes: minutes,
      smsc: '+6281100000',
    }));
  };
  const { numRuns, seed } = seeded(60);
  const texts = [
    ...fc.sample(gsm7Text(160).filter(showable), { numRuns, seed }),
    ...fc.sample(anyText(30).filter(showable), { numRuns, seed }),
  ];
  const all = [
    ...deliver('+628123456789', GSM7_BASIC.filter(showable).join('')),
    ...deliver('3636', `<${GSM7_EXTENDED.filter(showable).join('')}>`),
    ...Array.from({ length: 11 }, (_, index) => deliver('PISANG-LAMA'.slice(0, index + 1), 'x')),
    ...['+1', '0812345', '123', '+123456789012345'].map((from) => deliver(from, 'x')),
    ...[-48, -20, 1, 23, 48].map((quarters) => deliver('+62', 'x', quarters * 15)),
    ...deliver('+62', `${'x'.repeat(152)}€${'y'.repeat(200)}`),
    ...deliver('+62', `${'ш'.repeat(66)}😀${'ш'.repeat(80)}`),
    ...texts.map((text) => deliver('+628123456789', text)),
  ].flat();
  const shown = shownBy(await gammu(new ScriptedModem(all.map(encodeDeliver)), ['getallsms']));
  assert.equal(shown.length, all.length);
  for (const [index, fields] of all.entries()) {
    const { from, sent, concat, text } = shown[index] ?? {};
    assert.equal(text, fields.text);
    assert.equal(from, fields.from);
    assert.equal(new Date(sent ?? '').getTime(), serviceCentreAtMs);
    assert.equal(
      concat?.endsWith(`part ${fields.concat?.number} of ${fields.concat?.total}`),
      fields.concat === null ? undefined : true,
    );
  }
});

test('we read the SMS-SUBMIT that gammu writes', async () => {
  const gsm7 = `Halo [dunia] {€}: ${'0123456789'.repeat(14)}~^|\\ é à Ñ ß ${'z'.repeat(200)}`;
  const ucs2 = `${'ш'.repeat(66)}😀${'好'.repeat(80)}`;
  for (const [text, ...options] of [
    [gsm7, '-len', '400'],
    [ucs2, '-unicode', '-len', '400'],
    ['halo 😀', '-unicode', '-flash', '-report'],
  ] as const) {
    const modem = new ScriptedModem([]);
    await gammu(modem, ['sendsms', 'TEXT', '+6289610707901', '-text', text, ...options]);
    const parts = modem.sent.map(decodeSubmit);
    assert.deepEqual(joinParts(parts).text, text);
    for (const [index, part] of parts.entries()) {
      assert.equal(part.to, '+6289610707901');
      assert.equal(part.smsc, '+6281100000');
      assert.equal(part.flash, options.includes('-flash' as never));
      assert.equal(part.statusReport, options.includes('-report' as never));
      assert.equal(part.concat?.number ?? 1, index + 1);
    }
  }
});
