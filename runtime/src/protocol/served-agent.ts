import type { AgentDefinitionSpec } from '../contract/agentdefinition.gen.ts';

/** One version of an agent as it is served; never changed, only replaced by a newer one. */
export interface ServedAgent {
  name: string;
  /** `metadata.generation` of the AgentDefinition; 0 for a manifest that has none. */
  generation: number;
  spec: AgentDefinitionSpec;
  /** Model name as the proxy knows it. */
  model: string;
  /** When this version was loaded, in milliseconds since the epoch. */
  loadedAtMs: number;
}

/** The agents that are served right now. */
export interface Agents {
  get(name: string): ServedAgent | undefined;
  /** Sorted by name. */
  all(): ServedAgent[];
  /** The agent at the root paths; undefined while it is not loaded. */
  default(): ServedAgent | undefined;
  /** Base URL that cards advertise, without a trailing slash. */
  publicUrl(): string;
}
