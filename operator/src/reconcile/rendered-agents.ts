import { agentsRevision, fileRevision } from '../../../runtime/src/contract/agents-revision.ts';
import type { AgentFiles } from '../resources/agent-files.ts';

/** What agent files came to: enough to tell whether pods serve them, without their texts. */
export interface RenderedAgents {
  /** Of the whole folder. */
  revision: string;
  /** Of each file, by its name. */
  fileRevisions: Readonly<Record<string, string>>;
  /** Agents whose current version cannot be served, by name; the sentence says why. */
  rejected: ReadonlyMap<string, string>;
}

export function renderedAgents({ files, rejected }: AgentFiles): RenderedAgents {
  const revisions = Object.entries(files).map(([name, text]) => [name, fileRevision(text)]);
  return {
    revision: agentsRevision(files),
    fileRevisions: Object.fromEntries(revisions) as Record<string, string>,
    rejected,
  };
}
