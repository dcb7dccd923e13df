import type { AgentDefinitionSpec } from './agentdefinition.gen.ts';

/** Texts of ConfigMap keys that agents refer to; undefined when the ConfigMap or the key is absent. */
export type ConfigMapText = (ref: { name: string; key: string }) => string | undefined;

/**
 * The spec with `instructions.configMapKeyRef` replaced by the text it refers to. When that text
 * does not exist, the spec comes back as it was with a sentence that names what is missing.
 */
export function resolveReferences(
  spec: AgentDefinitionSpec,
  configMapText: ConfigMapText,
): { spec: AgentDefinitionSpec; error?: string } {
  const ref = spec.instructions?.configMapKeyRef;
  if (ref === undefined) return { spec };
  const inline = configMapText(ref);
  if (inline === undefined) {
    const error = `spec.instructions.configMapKeyRef: ConfigMap "${ref.name}" with key "${ref.key}" was not found; create it`;
    return { spec, error };
  }
  const variables = spec.instructions?.variables;
  return { spec: { ...spec, instructions: { inline, ...(variables && { variables }) } } };
}
