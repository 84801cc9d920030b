import type { ErrorObject } from 'ajv';
import { pointerStep } from '../domain/json-pointer.ts';
import { nearestWord } from '../domain/nearest.ts';
import { SETTINGS_RULE } from './compiled-checks.js';
import { conflictsIn } from './conflicts.ts';
import { slipIn } from './json-slip.ts';
import type { Settings } from './settings.ts';

/** One thing that is wrong: where (JSON pointer, RFC 6901), what, and what to do. */
export interface Complaint {
  readonly pointer: string;
  readonly sentence: string;
  readonly remedy: string;
}

export type Checked =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

interface Help {
  readonly says: string;
  readonly write: string;
  readonly secret: boolean;
}

const LONGEST_SHOWN = 60;
/** How an API key begins: what holds it is not repeated, wherever it stands. */
const KEY_BEGINS = /psg_/i;

/** Reads the text of `pisang.json`. All or nothing: one fault, and none of it is taken. */
export function checkSettings(text: string): Checked {
  if (text.trim() === '') {
    return wrong(
      '',
      'the file is empty',
      'Write the settings between { and }, or take the file away.',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's words: they may quote a secret.
    const slip = slipIn(text);
    return slip === null
      ? wrong('', 'the text is not JSON', 'Write it anew after the example in the manual.')
      : wrong('', `line ${slip.line}, column ${slip.column} is not JSON`, slip.remedy);
  }
  if (!SETTINGS_RULE(value)) {
    const complaints = new Map<string, Complaint>();
    for (const error of SETTINGS_RULE.errors ?? []) {
      const complaint = complaintOf(error);
      complaints.set(complaint.pointer, complaints.get(complaint.pointer) ?? complaint);
    }
    return { ok: false, complaints: [...complaints.values()] };
  }
  const settings = value as Settings;
  const conflicts = conflictsIn(settings);
  return conflicts.length > 0 ? { ok: false, complaints: conflicts } : { ok: true, settings };
}

function wrong(pointer: string, sentence: string, remedy: string): Checked {
  return { ok: false, complaints: [{ pointer, sentence, remedy }] };
}

function complaintOf(error: ErrorObject): Complaint {
  const schema = error.parentSchema as {
    help?: Help;
    properties?: Record<string, { help?: Help }>;
  };
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params['additionalProperty']);
    const known = Object.keys(schema.properties ?? {});
    const near = nearestWord(name, known);
    return {
      pointer: `${error.instancePath}/${KEY_BEGINS.test(name) ? '…' : pointerStep(name.slice(0, LONGEST_SHOWN))}`,
      sentence: 'there is no such field',
      remedy:
        near === null
          ? `Take it out; the fields are ${known.join(', ')}.`
          : `Did you mean "${near}"?`,
    };
  }
  if (error.keyword === 'required') {
    const name = String(error.params['missingProperty']);
    const help = schema.properties?.[name]?.help;
    return {
      pointer: `${error.instancePath}/${name}`,
      sentence: 'is missing',
      remedy: `Add ${help?.says ?? 'it'}, such as ${help?.write ?? '…'}.`,
    };
  }
  const help = schema.help;
  const shown = show(error.data, help?.secret ?? false);
  return {
    pointer: error.instancePath,
    sentence: `must be ${help?.says ?? 'a text'}${shown === null ? '' : `, but is ${shown}`}`,
    remedy: `Write for example ${help?.write ?? '"…"'}.`,
  };
}

/** Of a secret only of what kind it is, where that is not a text; null: nothing. */
function show(value: unknown, secret: boolean): string | null {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  }
  if (typeof value === 'string' && (secret || KEY_BEGINS.test(value))) {
    return null;
  }
  if (typeof value === 'number' && secret) {
    return 'a number';
  }
  const text = JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
