import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

/** Every file and package that a module loads by static imports, as written in the sources. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) {
    return seen;
  }
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const match of source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms)) {
    const target = match[1] ?? '';
    if (target.endsWith('/compiled-checks.js')) {
      // Made when the code is built, so that no process loads ajv.
      continue;
    }
    if (target.startsWith('.')) {
      loaded(resolve(file, '..', target), seen);
    } else {
      seen.add(target);
    }
  }
  return seen;
}

function roomsAndPackages(file: string): readonly string[] {
  return [...loaded(resolve('app', file))].map((path) =>
    path.replace(`${resolve('app')}/`, '').replace(/\/.*/, ''),
  );
}

test('the API never loads the serial port, the worker never the HTTP server', () => {
  const api = roomsAndPackages('commands/api-service.ts');
  const modem = roomsAndPackages('commands/modem.ts');
  assert.ok(api.includes('http') && api.includes('fastify'), api.join());
  assert.ok(modem.includes('modem') && modem.includes('link'), modem.join());
  for (const name of ['serialport', 'link', 'at', 'modem', 'worker', 'simulator', 'ajv']) {
    assert.ok(!api.includes(name), name);
  }
  for (const name of ['fastify', 'http', 'status', 'simulator', 'ajv']) {
    assert.ok(!modem.includes(name), name);
  }
});

test('until its database is being opened the API reads no server, no page and no timetable', () => {
  const first = roomsAndPackages('commands/api.ts');
  for (const name of ['http', 'status', 'fastify', 'node-cron']) {
    assert.ok(!first.includes(name), name);
  }
});

test('the command line itself loads no room but config and domain, and no package', () => {
  const own = new Set(
    roomsAndPackages('commands/command-line.ts').filter((name) => !name.startsWith('node:')),
  );
  assert.deepEqual([...own].sort(), ['commands', 'config', 'domain']);
});
