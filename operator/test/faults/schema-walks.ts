import { crdSchema } from '../crd-defaults.ts';
import { leavesOf, pairOf, specWith } from './schema-leaves.ts';
import type { Leaf, LeafSchema } from './schema-leaves.ts';
import { AGENT_HINTS, SERVER_HINTS, UNWALKED } from './schema-hints.ts';
import type { Hint } from './hint.ts';

/** One field on its way from A to B and back; the rest of the spec stays. */
export interface Walk {
  leaf: string;
  /** Layers to be merged over the usual spec. */
  a: readonly object[];
  b: readonly object[];
}

const MEMORY: Walk = {
  leaf: 'memory.provider',
  a: [],
  b: [{ memory: { provider: 'Memory', redis: undefined } }],
};

/** Walks of every leaf of a Kind's spec, and the leaves for which there is none. */
export function walksOf(kind: 'A2AServer' | 'AgentDefinition'): {
  walks: Walk[];
  missing: string[];
} {
  const spec = (crdSchema(kind) as LeafSchema).properties?.spec ?? {};
  const isServer = kind === 'A2AServer';
  const hints = isServer ? SERVER_HINTS : AGENT_HINTS;
  const leaves = leavesOf(spec).filter(({ path }) => !(path in UNWALKED));
  const found = leaves.map((leaf) => ({ leaf, walk: walkOf(spec, leaf, hints) }));
  return {
    walks: [...found.flatMap(({ walk }) => walk ?? []), ...(isServer ? [MEMORY] : [])],
    missing: found.filter(({ walk }) => walk === undefined).map(({ leaf }) => leaf.path),
  };
}

function walkOf(
  spec: LeafSchema,
  { path, schema }: Leaf,
  hints: readonly Hint[],
): Walk | undefined {
  const about = hints.filter((hint) => isWithin(path, hint.path));
  const pair = about.find(({ values }) => values !== undefined)?.values ?? pairOf(schema);
  if (pair === undefined) return undefined;
  const beside = about.flatMap((hint) => hint.beside ?? []);
  const layers = (value: unknown): object[] => [specWith(spec, path, value) as object, ...beside];
  return { leaf: path, a: layers(pair[0]), b: layers(pair[1]) };
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}
