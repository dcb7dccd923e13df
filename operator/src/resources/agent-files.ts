import { agentErrors, describeErrors } from '../../../runtime/src/contract/agent-errors.ts';
import { agentFileName, renderAgentFile } from '../../../runtime/src/contract/agent-file.ts';
import { resolveReferences } from '../../../runtime/src/contract/references.ts';
import type { ConfigMapText } from '../../../runtime/src/contract/references.ts';
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
  rejected: Record<string, string>;
}

/**
 * Renders the agents of a server. An agent that cannot be served keeps the file it had, so that one
 * mistake never takes a serving agent away; a new one is left out.
 */
export function agentFiles(
  server: { publicUrl: string; defaultAgent: string },
  agents: readonly AgentDefinition[],
  configMapText: ConfigMapText,
  previous: Readonly<Record<string, string>>,
): AgentFiles {
  const files: Record<string, string> = { [SERVER_FILE_NAME]: renderServerFile(server) };
  const rejected: Record<string, string> = {};
  const bytes = Array.from({ length: AGENT_SHARDS }, () => 0);
  for (const agent of agents) {
    const fileName = agentFileName(agent.metadata.name);
    const shard = shardOf(fileName);
    const { text, error } = renderedAgent(agent, configMapText);
    const fits = (bytes[shard] ?? 0) + Buffer.byteLength(text ?? '') <= SHARD_MAX_BYTES;
    const reason = error ?? (fits ? undefined : SHARD_FULL);
    const kept = reason === undefined ? text : previous[fileName];
    if (reason !== undefined) rejected[agent.metadata.name] = reason;
    if (kept === undefined) continue;
    files[fileName] = kept;
    bytes[shard] = (bytes[shard] ?? 0) + Buffer.byteLength(kept);
  }
  return { files, rejected };
}

const SHARD_FULL =
  'the agents of this server are larger than its ConfigMaps can hold; shorten instructions or host it on another server';

function renderedAgent(
  { metadata: { name, generation }, spec }: AgentDefinition,
  configMapText: ConfigMapText,
): { text?: string; error?: string } {
  const resolved = resolveReferences(spec, configMapText);
  if (resolved.error !== undefined) return { error: resolved.error };
  const errors = agentErrors(resolved.spec);
  if (errors.length > 0) return { error: describeErrors(errors) };
  return { text: renderAgentFile({ name, generation, spec: resolved.spec }) };
}
