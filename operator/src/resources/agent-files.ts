import { agentErrors, describeErrors } from '../../../runtime/src/contract/agent-errors.ts';
import { agentFileName, renderAgentFile } from '../../../runtime/src/contract/agent-file.ts';
import type { AgentFile } from '../../../runtime/src/contract/agent-file.ts';
import { resolveReferences } from '../../../runtime/src/contract/references.ts';
import type { ConfigMapText } from '../../../runtime/src/contract/references.ts';
import { grantErrors } from '../../../runtime/src/contract/secret-refs.ts';
import { SERVER_FILE_NAME, renderServerFile } from '../../../runtime/src/contract/server-file.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { AGENT_SHARDS } from '../names.ts';
import { shardOf } from './agents-config-map.ts';

/** A ConfigMap holds at most 1 MiB; the rest is left for keys and metadata. */
const SHARD_MAX_BYTES = 1024 * 1024 - 64 * 1024;

export interface AgentFiles {
  /** By file name, the server's own file included. */
  files: Record<string, string>;
  /** Agents whose current version cannot be served, by name; the sentence says why. */
  rejected: Map<string, string>;
}

/**
 * Renders the agents of a server. An agent that cannot be served keeps the file it had, so that one
 * mistake never takes a serving agent away; a new one is left out.
 */
export function agentFiles(
  { name, grantedSecrets, ...shared }: HostingServer,
  agents: readonly AgentDefinition[],
  configMapText: ConfigMapText,
  previous: Readonly<Record<string, string>>,
): AgentFiles {
  const files: Record<string, string> = { [SERVER_FILE_NAME]: renderServerFile(shared) };
  const rejected = new Map<string, string>();
  const render = (agent: AgentDefinition): Rendered =>
    renderedAgent(agent, { name, grantedSecrets }, configMapText);
  const drafts = agents.map((agent) => draftOf(agent, render(agent), previous));
  const tooLarge = withoutRoom(drafts);
  for (const draft of drafts) {
    const reason = draft.error ?? (tooLarge.has(draft) ? SHARD_FULL : undefined);
    if (reason !== undefined) rejected.set(draft.name, reason);
    const served = reason === undefined ? draft.text : keptFile(draft);
    if (served !== undefined) files[draft.fileName] = served;
  }
  return { files, rejected };
}

/** What the agents of a server have in common. */
export interface HostingServer {
  name: string;
  publicUrl: string;
  defaultAgent: string;
  /** Secrets that they may use. */
  grantedSecrets: readonly string[];
}

interface Draft extends Rendered {
  name: string;
  /** Whether the current version takes the agent out of service. */
  suspend: boolean;
  fileName: string;
  /** The file that it has now. */
  kept: string | undefined;
  /** Bytes that the current version takes more than the one it has. */
  growth: number;
}

function draftOf(
  { metadata: { name }, spec: { suspend = false } }: AgentDefinition,
  rendered: Rendered,
  previous: Readonly<Record<string, string>>,
): Draft {
  const fileName = agentFileName(name);
  const kept = previous[fileName];
  const growth = Buffer.byteLength(rendered.text ?? kept ?? '') - Buffer.byteLength(kept ?? '');
  return { name, suspend, fileName, kept, ...rendered, growth };
}

/** The version before, but out of service if the current one says so: what else is wrong must not prevent that. */
function keptFile({ kept, suspend }: Draft): string | undefined {
  if (kept === undefined || !suspend) return kept;
  const file = agentFileIn(kept);
  if (file === undefined) return undefined;
  const { name, generation, spec } = file;
  return renderAgentFile({ name, generation, spec: { ...spec, suspend } });
}

/** Undefined for what somebody else has written there: it serves nobody, and cannot be suspended. */
function agentFileIn(text: string): AgentFile | undefined {
  try {
    const file = JSON.parse(text) as Partial<AgentFile> | null;
    return file?.spec === undefined ? undefined : (file as AgentFile);
  } catch {
    return undefined;
  }
}

/**
 * Those that would grow beyond what their shard can hold. What every agent has now keeps its room: else one
 * that is kept and one that grew could make the whole ConfigMap too large.
 */
function withoutRoom(drafts: readonly Draft[]): Set<Draft> {
  const bytes = Array.from({ length: AGENT_SHARDS }, () => 0);
  const take = ({ fileName }: Draft, more: number): boolean => {
    const shard = shardOf(fileName);
    const taken = (bytes[shard] ?? 0) + more;
    if (more > 0 && taken > SHARD_MAX_BYTES) return false;
    bytes[shard] = taken;
    return true;
  };
  for (const draft of drafts) take(draft, Buffer.byteLength(draft.kept ?? ''));
  const shrinkingFirst = [...drafts].sort((a, b) => a.growth - b.growth);
  return new Set(shrinkingFirst.filter((draft) => !take(draft, draft.growth)));
}

const SHARD_FULL =
  'the agents of this server are larger than its ConfigMaps can hold; shorten instructions or host it on another server';

/** The file of an agent's current version, or what is wrong with that. */
interface Rendered {
  text?: string;
  error?: string;
}

function renderedAgent(
  { metadata: { name, generation }, spec }: AgentDefinition,
  server: Pick<HostingServer, 'name' | 'grantedSecrets'>,
  configMapText: ConfigMapText,
): Rendered {
  const resolved = resolveReferences(spec, configMapText);
  if (resolved.error !== undefined) return { error: resolved.error };
  const errors = [...agentErrors(resolved.spec), ...grantErrors(resolved.spec, server)];
  if (errors.length > 0) return { error: describeErrors(errors) };
  return { text: renderAgentFile({ name, generation, spec: resolved.spec }) };
}
