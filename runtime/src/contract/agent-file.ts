import { canonicalJson } from './canonical-json.ts';
import type { AgentDefinitionSpec } from './agentdefinition.gen.ts';

/** Version of the agent file's shape; a runtime keeps its previous agent when it meets a newer one. */
export const AGENT_FILE_SCHEMA_VERSION = 1;

/** Largest rendered agent file, in bytes of UTF-8: four shards of 1 MiB must hold a whole fleet. */
export const AGENT_FILE_MAX_BYTES = 128 * 1024;

const SUFFIX = '.json';

/**
 * What the operator renders for one agent: the AgentDefinition's spec with its references resolved
 * (`instructions.inline` holds the text), so that the CRD stays the only schema of an agent.
 */
export interface AgentFile {
  schemaVersion: number;
  name: string;
  /** `metadata.generation` of the AgentDefinition. */
  generation: number;
  spec: AgentDefinitionSpec;
}

/** Name of an agent's file in the agents folder. */
export function agentFileName(agentName: string): string {
  return `${agentName}${SUFFIX}`;
}

/** The agent's file as text; equal agents give equal bytes. */
export function renderAgentFile(agent: Omit<AgentFile, 'schemaVersion'>): string {
  return canonicalJson({ schemaVersion: AGENT_FILE_SCHEMA_VERSION, ...agent });
}
