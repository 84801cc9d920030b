#!/usr/bin/env node
// compile-checks ROOT: turns the JSON Schemas under ROOT (compiled app/) into plain functions, one
// `compiled-checks.js` a room. Ajv itself is then not loaded at run time: on a board it takes seconds to
// start and 11 MB in each process that has it.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { _, Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';

const root = resolve(process.argv[2] ?? 'dist');
const load = (file) => import(pathToFileURL(`${root}/${file}`).href);
const OPTIONS = { allErrors: true, strict: true, allowUnionTypes: true };

const { CONFIG_RULE } = await load('config/rule.js');
const { FORMATS: configFormats } = await load('config/formats.js');
write('config', new Ajv(OPTIONS), { CONFIG_RULE }, configFormats);

const { SETTINGS_RULE } = await load('provision/settings.js');
const { FORMATS: settingsFormats } = await load('provision/formats.js');
write(
  'provision',
  new Ajv({ ...OPTIONS, verbose: true }).addKeyword('help'),
  { SETTINGS_RULE },
  settingsFormats,
);

// Unknown names are looked for by the room itself (http/validator.ts).
const bodies = Object.entries(await load('http/input-schemas.js')).filter(([name]) => name.endsWith('_INPUT'));
write(
  'http',
  new Ajv2020({ ...OPTIONS, formats: { 'date-time': true } }),
  Object.fromEntries(bodies.map(([name, schema]) => [name, { ...schema, additionalProperties: true }])),
  null,
);

function write(room, ajv, schemas, formats) {
  ajv.opts.code = { ...ajv.opts.code, source: true, esm: true, ...(formats === null ? {} : { formats: _`FORMATS` }) };
  for (const [name, check] of Object.entries(formats ?? {})) {
    ajv.addFormat(name, check);
  }
  for (const [name, schema] of Object.entries(schemas)) {
    ajv.addSchema(schema, name);
  }
  const names = Object.fromEntries(Object.keys(schemas).map((name) => [name, name]));
  const code = [
    ...(formats === null ? [] : ["import { FORMATS } from './formats.js';"]),
    "import { createRequire } from 'node:module';",
    'const require = createRequire(import.meta.url);',
    standalone.default(ajv, names),
    '',
  ].join('\n');
  const file = `${root}/${room}/compiled-checks.js`;
  if (before(file) !== code) {
    writeFileSync(file, code);
  }
}

function before(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
