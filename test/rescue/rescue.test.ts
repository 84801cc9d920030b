import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLI, startProgram, until } from '../support/processes.ts';
import { rescueBox, systemdSays } from './support.ts';

test('programs are refused whatever they ask, in the shape they know', async (t) => {
  const { start, folder } = rescueBox(t);
  const { url } = await start();
  for (const [method, path, accept] of [
    ['POST', '/v1/messages', '*/*'],
    ['GET', '/v1/status', 'text/html'],
    ['GET', '/health/live', 'text/html'],
    ['GET', '/health/boot', '*/*'],
    ['GET', '/openapi.json', 'text/html'],
    ['GET', '/status/stream', 'text/event-stream'],
    ['POST', '/status', 'text/html'],
    ['DELETE', '/', 'text/html'],
    ['GET', '/anything', '*/*'],
  ] as const) {
    const answer = await fetch(url + path, {
      method,
      headers: { accept },
      ...(method === 'POST' ? { body: '{"to":"1"}' } : {}),
    });
    assert.equal(answer.status, 503, path);
    assert.equal(answer.headers.get('retry-after'), '30', path);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, path);
    const body = (await answer.json()) as { code: string; status: number; detail: string };
    assert.deepEqual([body.code, body.status], ['api-stopped', 503]);
    assert.match(body.detail, /nothing was accepted/);
  }
  const legacy = await fetch(`${url}/s.py?rcpt=1&msg=x`);
  assert.equal(legacy.status, 503);
  assert.match(legacy.headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(await legacy.text(), /^The gateway program is not running[^\n]*\n$/);
  // None of that is worth a question to systemd.
  assert.throws(() => readFileSync(join(folder, 'asked')));
});

test('people get one page that loads nothing, in their language, and systemd is asked once', async (t) => {
  const { start, folder, say } = rescueBox(t);
  const nowUs = Number(process.hrtime.bigint() / 1000n);
  say(
    systemdSays({
      api: {
        ActiveState: 'activating',
        SubState: 'auto-restart',
        Result: 'signal',
        ExecMainStatus: '11',
        NRestarts: '3',
        ActiveExitTimestampMonotonic: String(nowUs - 130_000_000),
      },
    }),
  );
  const { url } = await start();
  const open = async (path: string, language: string): Promise<[Response, string]> => {
    const answer = await fetch(url + path, {
      headers: { accept: 'text/html', 'accept-language': language },
    });
    return [answer, await answer.text()];
  };
  const [english, page] = await open('/status', 'en-GB,en;q=0.9');
  assert.equal(english.status, 503);
  assert.equal(english.headers.get('content-language'), 'en');
  assert.match(page, /<div role="status"><h1>The request service has stopped/);
  assert.match(page, /<dd>2\u00a0min ago/);
  assert.match(page, /was ended from outside \(signal 11\)\. It was started again 3 times/);
  assert.match(page, /→ Wait 1 min/);
  assert.equal((page.match(/<h1/g) ?? []).length, 1);
  assert.doesNotMatch(page, /<script|https?:|src=|<form/);
  assert.ok(Buffer.byteLength(page) < 8_000, String(page.length));
  const [indonesian, halaman] = await open('/', 'fr');
  assert.equal(indonesian.headers.get('content-language'), 'id');
  assert.match(halaman, /Layanan penerima berhenti; pesan tersimpan aman\./);
  assert.match((await open('/demo?lang=en', 'id'))[1], /The request service has stopped/);
  assert.match((await open('/bookmark', 'id'))[1], /Layanan penerima berhenti/);
  const head = await fetch(`${url}/status`, { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text()], [503, '']);
  assert.equal(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n').length, 1);
});

test('the page needs neither systemd nor a TLS pair', async (t) => {
  const { start, folder } = rescueBox(t);
  writeFileSync(join(folder, 'bin/systemctl'), '#!/bin/sh\nexit 1\n');
  mkdirSync(join(folder, 'tls'));
  writeFileSync(join(folder, 'tls/cert.pem'), 'half a certi');
  writeFileSync(join(folder, 'tls/key.pem'), '');
  const { program, url } = await start();
  assert.match(program.stdout(), /https none/);
  const page = await (await fetch(url, { headers: { 'accept-language': 'en' } })).text();
  assert.match(page, /switched on \d+\u00a0\w+ ago.*; the program has not run yet/);
});

test('with a TLS pair it answers for HTTPS as well', async (t) => {
  const { start, folder } = rescueBox(t);
  mkdirSync(join(folder, 'tls'));
  for (const part of ['cert', 'key']) {
    copyFileSync(`test/fixtures/tls/first-${part}.pem`, join(folder, `tls/${part}.pem`));
  }
  const { program } = await start();
  const port = Number(/https (\d+)/.exec(program.stdout())?.[1]);
  const status = await new Promise((resolve, reject) => {
    tlsRequest({ port, host: '127.0.0.1', path: '/health/ready', rejectUnauthorized: false })
      .on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
      .on('error', reject)
      .end();
  });
  assert.equal(status, 503);
});

test('the API takes the port over and gets it back after a crash; nobody is left over', async (t) => {
  const { start, folder, runDir } = rescueBox(t);
  const before = await start();
  const port = Number(new URL(before.url).port);
  const api = startProgram([CLI, 'api'], {
    PISANG_DATA_DIR: join(folder, 'data'),
    PISANG_RUN_DIR: runDir,
    PISANG_HTTP_LISTEN: `127.0.0.1:${port}`,
  });
  t.after(() => api.child.kill('SIGKILL'));
  let silent = 0;
  await until(
    'the API serves',
    async () => {
      const status = await fetch(`${before.url}/health/live`)
        .then((answer) => answer.status)
        .catch(() => 0);
      silent += status === 0 ? 1 : 0;
      return status === 200;
    },
    20_000,
  );
  assert.equal(await before.program.ended, 0);
  // Polled every 20 ms: the port is silent for a few polls, not for the API's whole start.
  assert.ok(silent < 25, `${silent} polls without an answer`);
  const beside = await start(port);
  assert.equal(await beside.program.ended, 0);
  assert.match(beside.program.stdout(), /served already/);
  assert.equal((await fetch(`${before.url}/health/live`)).status, 200);
  api.child.kill('SIGKILL');
  await api.ended;
  const after = await start(port);
  assert.equal((await fetch(`${after.url}/health/live`)).status, 503);
});

test('a knock frees the port at once, slow clients or not', async (t) => {
  const { start, runDir } = rescueBox(t);
  const { program, url } = await start();
  const slow = connect(Number(new URL(url).port), '127.0.0.1');
  t.after(() => slow.destroy());
  slow.on('error', () => {});
  await new Promise((resolve) => slow.once('connect', resolve));
  slow.write('GET / HTTP/1.1\r\n');
  const knock = connect(join(runDir, 'rescue.sock'));
  const said = await new Promise((resolve) => knock.once('data', (data) => resolve(String(data))));
  assert.equal(said, 'gone\n');
  await assert.rejects(fetch(url));
  assert.equal(await program.ended, 0);
});
