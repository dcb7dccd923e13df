import { AGENT_FILE_SCHEMA_VERSION, agentFileName } from '../contract/agent-file.ts';
import { fileRevision } from '../contract/agents-revision.ts';
import { agentSpec } from './agent-spec.ts';
import type { FileContent } from './agent-draft.ts';

/** Whether a JSON file was rendered by the operator, and is no manifest. */
export function isRendered(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value;
}

/** The agent of a rendered file (contract/agent-file.ts): its name, text, and the text parsed. */
export function renderedFile(fileName: string, text: string, value: unknown): FileContent {
  const name = fileName.replace(/\.json$/, '');
  const file = value as Record<string, unknown>;
  const message = headerProblem(fileName, file);
  if (message !== undefined) return { drafts: [], problems: [{ name, message }] };
  const checked = agentSpec(file.spec);
  if ('message' in checked) return { drafts: [], problems: [{ name, message: checked.message }] };
  const generation = file.generation as number;
  const draft = { name, generation, spec: checked.spec, revision: fileRevision(text) };
  return { drafts: [draft], problems: [] };
}

function headerProblem(
  fileName: string,
  { schemaVersion, name, generation }: Record<string, unknown>,
): string | undefined {
  if (schemaVersion !== AGENT_FILE_SCHEMA_VERSION) {
    return `schemaVersion ${JSON.stringify(schemaVersion)} cannot be read by this runtime, which knows ${AGENT_FILE_SCHEMA_VERSION}`;
  }
  if (typeof name !== 'string' || agentFileName(name) !== fileName) {
    return `name is ${JSON.stringify(name)}, which does not fit the file's name`;
  }
  return Number.isInteger(generation) ? undefined : 'generation is not an integer';
}
