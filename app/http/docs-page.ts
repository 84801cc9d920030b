import type { OpenApiDocument } from './openapi/document.ts';
import type { Operation } from './openapi/operation.ts';
import { PROBLEMS } from './problem-table.ts';
import type { Schema } from './schema-words.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:0 auto;padding:1em;color:#111;background:#fff}
h1{font-size:1.6em}h2{margin-top:2em;border-bottom:2px solid #111}h3{font-size:1em;margin:1.6em 0 .2em}
code,pre{font:.92em ui-monospace,monospace;background:#f2f2f2}code{padding:.1em .25em}pre{padding:.8em;overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.4em 0}th,td{text-align:left;vertical-align:top;padding:.25em .6em .25em 0;border-bottom:1px solid #ccc}
.m{display:inline-block;min-width:4.2em;font-weight:bold}a{color:#0645ad}@media print{a{color:#111}}`;

/** `/docs`: the OpenAPI document as one readable page without script or foreign parts. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const index = operations
    .map(
      ({ path, method, operation }) =>
        `<li><a href="#${operation.operationId}"><span class="m">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></a> ${escapeHtml(operation.summary)}</li>`,
    )
    .join('\n');
  const schemas = Object.entries(document.components.schemas)
    .filter(([, schema]) => schema['properties'] !== undefined)
    .map(
      ([name, schema]) =>
        `<h3 id="schema-${name}">${name}</h3>${prose(schema['description'])}${fieldTable(schema)}`,
    )
    .join('\n');
  const codes = Object.entries(PROBLEMS)
    .map(
      ([code, { status, title, detail }]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(title)}. ${escapeHtml(detail)}</td></tr>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>pisang API ${escapeHtml(document.info.version)}</title><style>${STYLE}</style></head><body>
<h1>pisang API ${escapeHtml(document.info.version)}</h1>
${prose(document.info.description)}
<p>The same for programs: <a href="/openapi.json">/openapi.json</a>. The state of this gateway: <a href="/status">/status</a>.</p>
<h2>First message</h2>
<pre>curl -i http://THIS-GATEWAY/v1/messages \\
  -H 'Authorization: Bearer psg_…' \\
  -H 'Content-Type: application/json' \\
  -H 'Idempotency-Key: order-4711' \\
  -d '{"to":"+6289610707901","text":"pesan"}'</pre>
<h2>Calls</h2>
<ul>
${index}
</ul>
${operations.map(section).join('\n')}
<h2>Shapes</h2>
${schemas}
<h2>Error codes</h2>
<table><tr><th>code</th><th>status</th><th>meaning and what to do</th></tr>
${codes}
</table>
</body></html>
`;
}

function section({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): string {
  const parameters = (operation['parameters'] ?? []) as readonly {
    name: string;
    in: string;
    description?: string;
    schema: Schema;
  }[];
  const body = operation['requestBody'] as
    | { content: Record<string, { schema: Schema }> }
    | undefined;
  const parameterTable =
    parameters.length === 0
      ? ''
      : `<table><tr><th>parameter</th><th>in</th><th></th></tr>${parameters
          .map(
            (parameter) =>
              `<tr><td><code>${parameter.name}</code></td><td>${parameter.in}</td><td>${describe({ description: parameter.description, ...parameter.schema })}</td></tr>`,
          )
          .join('')}</table>`;
  const bodyLine =
    body === undefined
      ? ''
      : `<p>Body: ${Object.entries(body.content)
          .map(([type, { schema }]) => `<code>${type}</code> ${typeOf(schema)}`)
          .join(', ')}</p>`;
  const answers = Object.entries(operation.responses)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([status, response]) => {
      const content = (response as { content?: Record<string, { schema: Schema }> }).content ?? {};
      const shape = Object.values(content)
        .map(({ schema }) => typeOf(schema))
        .join(', ');
      return `<tr><td>${status}</td><td>${marked(response.description)}</td><td>${shape}</td></tr>`;
    })
    .join('');
  return `<h3 id="${operation.operationId}"><span class="m">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3>
<p>${escapeHtml(operation.summary)}. ${marked(operation.description)}</p>${parameterTable}${bodyLine}<details><summary>Answers</summary><table>${answers}</table></details>`;
}

function fieldTable(schema: Schema): string {
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const rows = Object.entries(schema['properties'] as Record<string, Schema>).map(
    ([name, field]) =>
      `<tr><td><code>${name}</code>${required.has(name) ? ' *' : ''}</td><td>${typeOf(field)}</td><td>${describe(field)}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function describe(field: Schema): string {
  const values = field['enum'] as readonly unknown[] | undefined;
  const range = [
    field['minimum'] === undefined ? '' : `from ${shown(field['minimum'])}`,
    field['maximum'] === undefined ? '' : `to ${shown(field['maximum'])}`,
    field['maxLength'] === undefined ? '' : `at most ${shown(field['maxLength'])} characters`,
    field['default'] === undefined ? '' : `default \`${shown(field['default'])}\``,
  ].filter((part) => part !== '');
  return [
    marked(shown(field['description'] ?? '')),
    values === undefined ? '' : values.map((value) => `<code>${String(value)}</code>`).join(' '),
    range.length === 0 ? '' : `(${marked(range.join(', '))})`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function typeOf(schema: Schema): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? '';
    return `<a href="#schema-${name}">${name}</a>`;
  }
  const choices = schema['oneOf'] as readonly Schema[] | undefined;
  if (choices !== undefined) {
    return choices.map(typeOf).join(' or ');
  }
  const type = [schema['type'] ?? 'any'].flat().map(String).join(' or ');
  return schema['items'] === undefined
    ? escapeHtml(type)
    : `${type} of ${typeOf(schema['items'] as Schema)}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function prose(text: unknown): string {
  return typeof text === 'string' ? `<p>${marked(text)}</p>` : '';
}

/** Escapes, and shows what stands between backquotes as code. */
function marked(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
