import type { FieldError } from './agent-errors.ts';
import type { AgentDefinitionSpec } from './agentdefinition.gen.ts';

/** A key of a Secret that an agent uses. */
export interface SecretRef {
  name: string;
  key: string;
}

/** Every Secret that an agent refers to, with the field that does. */
export function secretRefs(spec: AgentDefinitionSpec): { field: string; ref: SecretRef }[] {
  const { apiKeySecretRef: ref } = spec.model ?? {};
  return ref === undefined ? [] : [{ field: 'spec.model.apiKeySecretRef', ref }];
}

/** Which of an agent's references a server does not grant, each with the line to add. */
export function grantErrors(
  spec: AgentDefinitionSpec,
  server: { name: string; grantedSecrets: readonly string[] },
): FieldError[] {
  return secretRefs(spec)
    .filter(({ ref }) => !server.grantedSecrets.includes(ref.name))
    .map(({ field, ref }) => ({
      field,
      message: `A2AServer "${server.name}" does not grant Secret "${ref.name}"; add "- ${ref.name}" to its spec.secrets.names, or remove the reference`,
    }));
}
