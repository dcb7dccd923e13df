/** The part of a structural schema that says which values are possible. */
export interface LeafSchema {
  type?: string;
  enum?: readonly string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  required?: readonly string[];
  properties?: Record<string, LeafSchema>;
  items?: LeafSchema;
  additionalProperties?: unknown;
}

/** A field that holds a value, not fields; `[]` in its path stands for the only item of a list. */
export interface Leaf {
  path: string;
  schema: LeafSchema;
}

/** Every leaf of a schema, depth first. */
export function leavesOf(schema: LeafSchema, path = ''): Leaf[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, inner]) =>
      leavesOf(inner, path === '' ? name : `${path}.${name}`),
    );
  }
  const isListOfObjects = schema.items?.properties !== undefined;
  return isListOfObjects ? leavesOf(schema.items ?? {}, `${path}[]`) : [{ path, schema }];
}

/** Two different values that the schema allows; undefined when it does not say enough. */
export function pairOf(schema: LeafSchema): readonly [unknown, unknown] | undefined {
  if (schema.enum !== undefined) {
    const [first, second] = schema.enum;
    return second === undefined ? undefined : [first, second];
  }
  return BY_TYPE[schema.type ?? '']?.(schema);
}

const BY_TYPE: Record<string, (schema: LeafSchema) => readonly [unknown, unknown] | undefined> = {
  boolean: () => [true, false],
  integer: integers,
  string: strings,
  array({ items = {} }) {
    const pair = pairOf(items);
    return pair && [[pair[0]], [pair[1]]];
  },
  object: ({ additionalProperties }) =>
    additionalProperties === undefined ? undefined : [{ one: '1' }, { two: '2' }],
};

function integers({ default: usual, minimum, maximum = Infinity }: LeafSchema): [number, number] {
  const one = typeof usual === 'number' ? usual : (minimum ?? 1);
  return [one, one < maximum ? one + 1 : one - 1];
}

const STRINGS: readonly (readonly [string, string])[] = [
  ['one', 'two'],
  ['/one', '/two'],
  ['http://one.example', 'http://two.example'],
  ['redis://one:6379', 'redis://two:6379'],
];

function strings({ pattern = '' }: LeafSchema): readonly [string, string] | undefined {
  const allowed = new RegExp(pattern);
  return STRINGS.find((pair) => pair.every((value) => allowed.test(value)));
}

/** A spec with a value at a path, and with what the schema requires beside it. */
export function specWith(schema: LeafSchema, path: string, value: unknown): unknown {
  const [step = '', ...rest] = path.split('.');
  if (path === '') return value;
  const name = step.replace('[]', '');
  const inner = schema.properties?.[name] ?? {};
  const isList = step.endsWith('[]');
  const within = specWith(isList ? (inner.items ?? {}) : inner, rest.join('.'), value);
  const beside = (schema.required ?? [])
    .filter((required) => required !== name)
    .map((required) => [required, pairOf(schema.properties?.[required] ?? {})?.[0]])
    .filter(([, present]) => present !== undefined);
  return { ...(Object.fromEntries(beside) as object), [name]: isList ? [within] : within };
}

/** Objects into each other; a value of undefined removes what was there, lists merge item by item. */
export function merged(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && Array.isArray(over)) {
    const length = Math.max(under.length, over.length);
    return Array.from({ length }, (_, index) => merged(under[index], over[index]));
  }
  if (!isRecord(under) || !isRecord(over)) return over === undefined ? under : over;
  const all = Object.keys({ ...under, ...over })
    .filter((name) => !(name in over) || over[name] !== undefined)
    .map((name) => [name, merged(under[name], over[name])]);
  return Object.fromEntries(all);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
