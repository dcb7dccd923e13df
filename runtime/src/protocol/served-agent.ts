import type { AgentDefinitionSpec } from '../contract/agentdefinition.gen.ts';

/**
 * Why an agent takes no new work. Its tasks can still be read and canceled under its path.
 *
 * - `suspended`: it is declared so, and its running tasks are canceled.
 * - `removed`: it is no longer declared, and its running tasks have the drain time to end.
 */
export type Retirement = 'suspended' | 'removed';

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
  /** Absent while it serves. */
  retired?: Retirement;
}

/** The agents of this server. */
export interface Agents {
  /** One that serves, or has served and is retired. */
  get(name: string): ServedAgent | undefined;
  /** Those that serve, sorted by name. */
  all(): ServedAgent[];
  /** The agent at the root paths, retired or not; undefined while it is not loaded. */
  default(): ServedAgent | undefined;
  /** Base URL that cards advertise, without a trailing slash. */
  publicUrl(): string;
}
