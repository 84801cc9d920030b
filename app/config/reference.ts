import { environmentName } from './environment.ts';
import { fieldsOf, type Leaf } from './field.ts';
import { SCHEMA } from './schema.ts';

const INTRODUCTION = `# Configuration reference

This page is generated from \`app/config/schema.ts\` by \`make docs\`. Do not edit it by hand.

pisang reads, each over the one before:

1. the defaults below;
2. the file named by \`--config\`, else by \`$PISANG_CONFIG\`, else \`/etc/pisang/config.json\` if there is one;
3. \`config.json\` in \`dataDir\`, if there is one (what pages and provisioning change);
4. \`pins.json\` in \`dataDir\`, if there is one: \`{"modem1":"1234"}\`, mode 0600, the PINs of the SIM cards;
5. the environment.

Files are JSON. Objects are merged field by field; a list replaces the whole list below it. A field that does not
exist is an error that names the nearest one. \`pisang config check\` names every fault, \`pisang config show\` prints
what is in force with secrets hidden. A wrong configuration ends a command with exit code 64.

In the environment a list is written with commas or as JSON, and an empty value or \`null\` is null where that is
allowed. The fields of a modem carry its place in the list, counted from 0: \`PISANG_MODEMS_0_PORT\`. A name that
begins with \`PISANG_\` and is no setting is reported and ignored.
`;

/** The text of `docs/configuration.md`. */
export function configurationReference(): string {
  const sections: string[] = [INTRODUCTION];
  const top = fieldsOf(SCHEMA).filter(([, field]) => field.kind === 'leaf');
  sections.push(
    `## Top level\n\n${table(top.map(([name, field]) => [name, field as Leaf<unknown>]))}`,
  );
  for (const [name, field] of fieldsOf(SCHEMA)) {
    if (field.kind !== 'leaf') {
      sections.push(section(name, field.description, field.fields, field.kind === 'list'));
    }
  }
  return `${sections.join('\n')}`;
}

function section(path: string, description: string, fields: object, list: boolean): string {
  const inside = list ? `${path}[]` : path;
  const leaves: [string, Leaf<unknown>][] = [];
  const deeper: string[] = [];
  for (const [name, field] of fieldsOf(fields)) {
    if (field.kind === 'leaf') {
      leaves.push([`${inside}.${name}`, field]);
    } else {
      deeper.push(
        section(`${inside}.${name}`, field.description, field.fields, field.kind === 'list'),
      );
    }
  }
  return [`## \`${path}\`\n\n${description}\n\n${table(leaves)}`, ...deeper].join('\n');
}

function table(leaves: readonly (readonly [string, Leaf<unknown>])[]): string {
  const rows = leaves.map(([path, leaf]) => {
    const standard = leaf.default === undefined ? 'none: must be set' : code(leaf.default);
    const unit = leaf.unit === null ? '' : ` Unit: ${leaf.unit}.`;
    return `| \`${path}\` | ${inCell(leaf.description)} Must be ${inCell(leaf.says)}.${unit} | ${standard} | \`${environmentName(path.replace('[]', '[0]'))}\` |`;
  });
  return ['| field | meaning | default | environment |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function code(value: unknown): string {
  return `\`${inCell(JSON.stringify(value))}\``;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
