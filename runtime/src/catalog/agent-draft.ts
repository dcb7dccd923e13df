import type { AgentDefinitionSpec } from '../contract/agentdefinition.gen.ts';

/** An agent as the folder declares it, checked, its references resolved. */
export interface AgentDraft {
  name: string;
  /** `metadata.generation`; 0 for a manifest that has none. */
  generation: number;
  spec: AgentDefinitionSpec;
  /** `fileRevision` of a rendered file; a manifest has none. */
  revision?: string;
}

/** An agent that cannot be served as declared, and why. */
export interface AgentProblem {
  name: string;
  message: string;
}

/** What one file declares. */
export interface FileContent {
  drafts: AgentDraft[];
  problems: AgentProblem[];
}
