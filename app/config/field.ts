import { formatNumber } from '../domain/conditions/format.ts';

/** What a leaf of the configuration looks like to the validator; a piece of JSON Schema. */
export type LeafRule = Readonly<Record<string, unknown>>;

/** One setting. `says` completes "must be …" and stands in the reference. */
export interface Leaf<T> {
  readonly kind: 'leaf';
  readonly type: 'text' | 'integer' | 'boolean' | 'texts';
  readonly description: string;
  readonly says: string;
  readonly unit: string | null;
  readonly rule: LeafRule;
  /** `undefined`: there is none, the field must be written. */
  readonly default: T | undefined;
  readonly nullable: boolean;
  /** Never shown: redacted in `config show`, logs and bundles. */
  readonly secret: boolean;
}

export interface Group<T> {
  readonly kind: 'group';
  readonly description: string;
  /** The group as a whole may be null, and is by default. */
  readonly nullable: boolean;
  readonly fields: Fields<T>;
}

export interface ObjectList<T> {
  readonly kind: 'list';
  readonly description: string;
  readonly fields: Fields<T>;
  readonly default: readonly object[];
}

/** Maps every property of a configuration type to its field, so that none is forgotten. */
export type Fields<T> = { readonly [K in keyof T]-?: FieldOf<T[K]> };
/** Branded strings extend `object` as well as `string`; they are leaves, so strings are asked first. */
type FieldOf<V> =
  NonNullable<V> extends string
    ? Leaf<V>
    : NonNullable<V> extends readonly (infer Item)[]
      ? Item extends string
        ? Leaf<V>
        : ObjectList<Item>
      : NonNullable<V> extends object
        ? Group<NonNullable<V>>
        : Leaf<V>;

/** A field whose type is not known, as walking code sees it. */
export type AnyField = Leaf<unknown> | Group<unknown> | ObjectList<unknown>;

/** The fields of a group, a list's item or the whole schema, for walking. */
export function fieldsOf(fields: object): readonly (readonly [string, AnyField])[] {
  return Object.entries(fields) as [string, AnyField][];
}

interface Common {
  readonly unit?: string;
  readonly secret?: boolean;
}

function leaf<T>(
  type: Leaf<T>['type'],
  description: string,
  value: T | undefined,
  says: string,
  rule: LeafRule,
  { unit, secret }: Common,
): Leaf<T> {
  const nullable = value === null || rule['nullable'] === true;
  return {
    kind: 'leaf',
    type,
    description,
    says: nullable ? `${says}, or null` : says,
    unit: unit ?? null,
    rule,
    default: value,
    nullable,
    secret: secret ?? false,
  };
}

export function integer<T extends number | null>(
  description: string,
  value: T,
  min: number,
  max: number,
  options: Common & { nullable?: boolean } = {},
): Leaf<T> {
  const rule = {
    type: 'integer',
    minimum: min,
    maximum: max,
    nullable: value === null || options.nullable === true,
  };
  return leaf(
    'integer',
    description,
    value,
    `a whole number from ${grouped(min)} to ${grouped(max)}`,
    rule,
    options,
  );
}

export function integerOrAuto(
  description: string,
  min: number,
  max: number,
  options: Common = {},
): Leaf<number | 'auto'> {
  return leaf<number | 'auto'>(
    'integer',
    description,
    'auto',
    `"auto" or a whole number from ${grouped(min)} to ${grouped(max)}`,
    { anyOf: [{ const: 'auto' }, { type: 'integer', minimum: min, maximum: max }] },
    options,
  );
}

export function boolean(description: string, value: boolean): Leaf<boolean> {
  return leaf('boolean', description, value, 'true or false', { type: 'boolean' }, {});
}

export function choice<T extends string>(
  description: string,
  value: T,
  values: readonly T[],
): Leaf<T> {
  return leaf(
    'text',
    description,
    value,
    `one of ${values.map((one) => `"${one}"`).join(', ')}`,
    { enum: values },
    {},
  );
}

/** A string; `rule` narrows it (`pattern`, `format`, `maxLength`). */
export function text<T extends string | null>(
  description: string,
  value: T | undefined,
  says: string,
  rule: LeafRule = { minLength: 1, maxLength: 4096 },
  options: Common = {},
): Leaf<T> {
  return leaf(
    'text',
    description,
    value,
    says,
    { type: 'string', nullable: value === null, ...rule },
    options,
  );
}

export function texts(
  description: string,
  value: readonly string[],
  says: string,
  item: LeafRule,
  minItems: number = 0,
): Leaf<readonly string[]> {
  return leaf(
    'texts',
    description,
    value,
    says,
    { type: 'array', items: { type: 'string', ...item }, minItems, maxItems: 64 },
    {},
  );
}

export function group<T>(
  description: string,
  fields: Fields<T>,
  nullable: boolean = false,
): Group<T> {
  return { kind: 'group', description, nullable, fields };
}

/** Not by `Intl`, whose first use costs a board a quarter of a second, at each start. */
function grouped(value: number): string {
  return formatNumber(value, 'en');
}
