import { parseAllDocuments } from 'yaml';
import { agentSpec } from './agent-spec.ts';
import type { AgentDraft, AgentProblem, FileContent } from './agent-draft.ts';

type Manifest = Record<string, unknown>;

/** Most aliases that a YAML document may expand to; more is an attack or a mistake. */
const MAX_ALIASES = 100;
const AGENT_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The documents of a manifest file, JSON or YAML. Throws a sentence when it cannot be read. */
export function manifestDocuments(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw new Error(error.message.split('\n')[0]);
      return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    })
    .filter((value) => typeof value === 'object' && value !== null)
    .map((value) => value as Manifest);
}

/** Data of the ConfigMaps among the documents, by name. */
export function configMaps(documents: readonly Manifest[]): ConfigMapData {
  return new Map(
    documents
      .filter(({ kind }) => kind === 'ConfigMap')
      .map((map) => [nameOf(map), (map.data ?? {}) as Record<string, string>]),
  );
}

export type ConfigMapData = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * The AgentDefinitions among the documents as they were applied by hand: checked like the API
 * server would, with their ConfigMap references resolved from the same folder.
 */
export function agentManifests(documents: readonly Manifest[], maps: ConfigMapData): FileContent {
  const results = documents
    .filter(({ kind }) => kind === 'AgentDefinition')
    .map((manifest) => agentManifest(manifest, maps));
  return {
    drafts: results.filter((result): result is AgentDraft => 'spec' in result),
    problems: results.filter((result): result is AgentProblem => 'message' in result),
  };
}

function agentManifest(manifest: Manifest, maps: ConfigMapData): AgentDraft | AgentProblem {
  const name = nameOf(manifest);
  if (!AGENT_NAME.test(name)) return { name, message: 'metadata.name is not a DNS label' };
  const spec = structuredClone(manifest.spec);
  const unresolved = resolveInstructions(spec, maps);
  if (unresolved !== undefined) return { name, message: unresolved };
  const checked = agentSpec(spec);
  if ('message' in checked) return { name, message: checked.message };
  const { generation } = manifest.metadata as { generation?: unknown };
  return { name, generation: Number(generation ?? 0), spec: checked.spec };
}

/** Puts the referenced text into `instructions.inline`; returns what is missing. */
function resolveInstructions(spec: unknown, maps: ConfigMapData): string | undefined {
  const { instructions } = (spec ?? {}) as { instructions?: Instructions };
  const reference = instructions?.configMapKeyRef;
  if (instructions === undefined || reference === undefined) return undefined;
  const text = maps.get(reference.name)?.[reference.key];
  if (text === undefined) {
    return `spec.instructions.configMapKeyRef: no file of the folder has ConfigMap ${reference.name} with key ${reference.key}`;
  }
  delete instructions.configMapKeyRef;
  instructions.inline = text;
  return undefined;
}

interface Instructions {
  inline?: string;
  configMapKeyRef?: { name: string; key: string };
}

function nameOf({ metadata }: Manifest): string {
  const name = (metadata as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' ? name : '';
}
