import { canonicalJson } from '../contract/canonical-json.ts';
import { SERVER_FILE_NAME } from '../contract/server-file.ts';
import type { AgentDefinitionSpec } from '../contract/agentdefinition.gen.ts';
import type { ServedAgent } from '../protocol/served-agent.ts';
import type { AgentDraft } from './agent-draft.ts';
import type { Declared } from './declared.ts';

/** An agent that is served, and where it comes from. */
export interface Served {
  agent: ServedAgent;
  /** Equal for equal agents. */
  fingerprint: string;
  file: string;
  /** `fileRevision` of the rendered file as it is served; a manifest has none. */
  revision?: string;
}

/** What is served, and what cannot be as declared; an agent may be in both. */
export interface Fleet {
  served: ReadonlyMap<string, Served>;
  problems: ReadonlyMap<string, string>;
}

const NO_MODEL = 'spec.model.name: is not set, and the server has no default model (LITELLM_MODEL)';

/** What decides beside the folder. */
export interface TakeOverOptions {
  defaultModel: string | undefined;
  nowMs: number;
  /** Why this process cannot serve a valid agent, as a sentence. */
  problemOf: (spec: AgentDefinitionSpec) => string | undefined;
}

/**
 * The fleet after a look at the folder. Pure. Agents that cannot be served as declared keep their
 * previous version; agents that have not changed stay the same object.
 */
export function fleetAfter(
  before: Fleet['served'],
  found: Declared,
  { defaultModel, nowMs, problemOf }: TakeOverOptions,
): Fleet {
  const problems = new Map([...found.problems, ...brokenAgents(before, found)]);
  const served = new Map<string, Served>();
  for (const draft of found.drafts.values()) {
    const model = draft.spec.model?.name ?? defaultModel;
    const file = found.fileOf.get(draft.name) ?? '';
    const problem = problemOf(draft.spec);
    if (model === undefined) problems.set(draft.name, NO_MODEL);
    else if (problem !== undefined) problems.set(draft.name, problem);
    else served.set(draft.name, version(draft, { model, file, nowMs }, before.get(draft.name)));
  }
  for (const [name, previous] of before) if (problems.has(name)) served.set(name, previous);
  if (found.serverProblem !== undefined) problems.set(SERVER_FILE_NAME, found.serverProblem);
  return { served, problems };
}

/** Agents whose file cannot be read any more; a broken file that declared none stands for itself. */
function brokenAgents(before: Fleet['served'], found: Declared): [string, string][] {
  return [...found.brokenFiles].flatMap(([file, message]) => {
    const names = [...before.values()]
      .filter((known) => known.file === file && !found.drafts.has(known.agent.name))
      .map(({ agent }) => agent.name);
    if (names.length === 0) return [[file, message]];
    return names.map((name): [string, string] => [name, `${file}: ${message}`]);
  });
}

function version(
  { name, generation, spec, revision }: AgentDraft,
  { model, file, nowMs }: { model: string; file: string; nowMs: number },
  previous: Served | undefined,
): Served {
  const fingerprint = canonicalJson({ generation, spec, model });
  const retired = spec.suspend ? { retired: 'suspended' as const } : {};
  const agent =
    previous?.fingerprint === fingerprint
      ? previous.agent
      : { name, generation, spec, model, loadedAtMs: nowMs, ...retired };
  return { agent, fingerprint, file, ...(revision !== undefined && { revision }) };
}
