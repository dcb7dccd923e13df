import type { AgentDefinitionSpec } from './agentdefinition.gen.ts';

const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/g;

/** The system prompt of an agent whose references are resolved; undefined when it has none. */
export function instructionsText(spec: AgentDefinitionSpec): string | undefined {
  const { inline, variables = {} } = spec.instructions ?? {};
  return inline?.replace(PLACEHOLDER, (whole, name: string) => variables[name] ?? whole);
}

/** Names that the text asks for and `variables` does not give, sorted. */
export function missingVariables(
  text: string,
  variables: Readonly<Record<string, string>>,
): string[] {
  const wanted = [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
  return [...new Set(wanted)].filter((name) => !Object.hasOwn(variables, name)).sort();
}
