import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModemId } from '../../app/domain/ids.ts';
import { MESSAGE_STATUSES } from '../../app/domain/message.ts';
import { STYLE, STYLE_HASH } from '../../app/status/page-style.ts';
import { renderText } from '../../app/status/text.ts';
import * as words from '../../app/status/words.ts';
import { modemSnapshot } from '../support/facts.ts';
import { bench, CONFIG, message, STATS, workerSnapshot } from './support.ts';

const count = (html: string, pattern: RegExp): number => [...html.matchAll(pattern)].length;

test('the page is complete without scripts, in one answer of at most 30 KB', async () => {
  const { status, outbox, worker } = bench();
  outbox.messages = Array.from({ length: 10 }, (_, index) => message(index));
  outbox.stats = { ...STATS, uncertain: 2, queued: 128, parts: 131 };
  worker.snapshot = workerSnapshot(
    ['modem1', 'modem2', 'modem3', 'modem4'].map((id) => modemSnapshot({ id: id as ModemId })),
  );
  const { html, headers, statusCode } = await status.page({});
  assert.equal(statusCode, 200);
  assert.ok(Buffer.byteLength(html) <= 30 * 1024, `${Buffer.byteLength(html)} octets`);
  assert.ok(Buffer.byteLength(STYLE) <= 6 * 1024, `${Buffer.byteLength(STYLE)} octets of style`);
  assert.equal(count(html, /<script/g), 0);
  assert.equal(count(html, / style="| on[a-z]+="/g), 0);
  assert.equal(count(html, /(src|href)="(https?:)?\/\//g), 0);
  assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/);
  assert.ok(headers['content-security-policy']?.includes(STYLE_HASH));
  assert.ok(html.includes(`<style>${STYLE}</style>`));
  assert.equal(headers['cache-control'], 'no-store');
});

test('the verdict is the one h1, in an element with role=status', async () => {
  const { status } = bench();
  const { html } = await status.page({ lang: 'en' });
  assert.equal(count(html, /<h1/g), 1);
  assert.match(
    html,
    /<div role="status"><h1>Everything works; last SMS 55\u00a0s ago\.<\/h1><\/div>/,
  );
  assert.match(html, /<title>✓ KDR-07 · A1F3 – Everything works/);
  assert.match(html, /id="ok"/);
});

test('severity is said by word and shape, not by colour alone', async () => {
  const { status, worker } = bench();
  worker.snapshot = workerSnapshot([modemSnapshot({ sim: { state: 'missing' } })]);
  const { html } = await status.page({ lang: 'id' });
  assert.match(html, /class="v down" id="sim-missing"/);
  assert.match(html, /MATI/);
  assert.match(html, /Kartu SIM belum terpasang\./);
  assert.match(html, /href="#m-down"/);
});

test('recipients are masked and texts are nowhere', async () => {
  const { status } = bench();
  const { html } = await status.page({});
  assert.match(html, /\+62 896•••901/);
  assert.doesNotMatch(html, /89610707901|1070|secret text|861234567894417|8962101234567894417/);
  assert.match(html, /…4417/);
});

test('what comes from outside is escaped', async () => {
  const { status, worker } = bench({
    config: { ...CONFIG, site: { ...CONFIG.site, name: '<img src=x>"&\'' } },
  });
  worker.snapshot = workerSnapshot([
    modemSnapshot({
      firmware: '<script>alert(1)</script>',
      radio: { operator: '"><b>x' },
      trouble: 'port-busy',
      troubleDetail: '<i>evil</i>',
      state: 'absent',
    }),
  ]);
  const { html } = await status.page({ lang: '"><script>', refresh: '"><script>', theme: '<x>' });
  assert.doesNotMatch(html, /<script|<img|<b>x|<i>evil|<x>/);
  assert.match(html, /&lt;i&gt;evil/);
});

test('the language comes from the address, the cookie, the browser, the region', async () => {
  const { status } = bench();
  const lang = async (request: Parameters<typeof status.page>[0]): Promise<string | undefined> =>
    /<html lang="(..)"/.exec((await status.page(request)).html)?.[1];
  assert.equal(await lang({}), 'id');
  assert.equal(await lang({ acceptLanguage: 'en-GB,en;q=0.9' }), 'en');
  assert.equal(await lang({ acceptLanguage: 'de-DE,de;q=0.9,en;q=0.4' }), 'en');
  assert.equal(await lang({ acceptLanguage: 'en', cookie: 'a=b; lang=id' }), 'id');
  assert.equal(await lang({ lang: 'en', cookie: 'lang=id' }), 'en');
  assert.equal(await lang({ lang: 'xx' }), 'id');
  const chosen = await status.page({ lang: 'en' });
  assert.match(chosen.headers['set-cookie'] ?? '', /^lang=en;/);
  assert.equal((await status.page({})).headers['set-cookie'], undefined);
});

test('it reloads by itself only when asked to', async () => {
  const { status } = bench();
  assert.doesNotMatch((await status.page({})).html, /http-equiv="refresh"/);
  assert.match((await status.page({ refresh: '30' })).html, /http-equiv="refresh" content="30"/);
  assert.doesNotMatch((await status.page({ refresh: '1' })).html, /http-equiv/);
});

test('a simulated modem makes every page say so', async () => {
  const { status, worker } = bench();
  worker.snapshot = workerSnapshot([modemSnapshot({ simulated: true })]);
  const page = await status.page({ lang: 'en' });
  assert.match(page.html, /<p class="demo">DEMO/);
  assert.match(page.html, /<title>DEMO /);
  assert.equal(page.headers['x-pisang-demo'], '1');
  assert.match(page.html, /Sends SMS<b>simulated<\/b>/);
});

test('a terminal says the same of a simulated modem, and no duration of an empty queue', async () => {
  const { status, worker, outbox } = bench();
  worker.snapshot = workerSnapshot([modemSnapshot({ simulated: true })]);
  outbox.messages = [message(1, { status: 'queued', modem: null }), message(2)];
  const document = await status.json({ authenticated: true });
  const text = renderText(document);
  assert.match(text, /Sends SMS: simulated · Receives SMS: simulated$/m);
  assert.match(text, /^Queue: 0 \/ 100,000 · uncertain 0$/m);
  assert.deepEqual(
    document.messages.map(({ simulated }) => simulated),
    [true, true],
  );
});

test('status.public decides what readers without a login see', async () => {
  const verdictOnly = bench({ config: { ...CONFIG, status: { public: 'verdict' } } });
  const page = await verdictOnly.status.page({});
  assert.match(page.html, /role="status"/);
  assert.doesNotMatch(page.html, /896•••901|192\.168/);
  const off = bench({ config: { ...CONFIG, status: { public: 'off' } } });
  assert.equal((await off.status.page({})).statusCode, 404);
});

test('every word exists in both languages', () => {
  for (const [name, table] of Object.entries(words)) {
    if (typeof table === 'function') {
      continue;
    }
    for (const [key, texts] of Object.entries(table)) {
      assert.ok(texts.en.length > 0 && texts.id.length > 0, `${name}.${key}`);
      assert.doesNotMatch(texts.en + texts.id, /[{}!]/, `${name}.${key}`);
    }
  }
  assert.deepEqual(Object.keys(words.MESSAGE_WORDS).sort(), [...MESSAGE_STATUSES].sort());
});

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('every text stands out by 7:1, in sunlight and in the dark', () => {
  const ratio = (a: string, b: string): number => {
    const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const pairs = [
    ...STYLE.matchAll(/\.(down|degraded|info|ok)\{background:(#\w{6});color:(#\w{3})/g),
  ];
  assert.equal(pairs.length, 4);
  for (const [, name, back = '', front = ''] of pairs) {
    const long = front.replace(/\w/g, (digit) => digit + digit);
    assert.ok(ratio(back, long) >= 7, name);
  }
  assert.ok(ratio('#3d3d3d', '#ffffff') >= 7);
  assert.ok(ratio('#d6d6d6', '#141414') >= 7);
  assert.ok(ratio('#ffffff', '#5c1a99') >= 7);
});
