import { missingVariables } from './instructions.ts';
import { AGENT_FILE_MAX_BYTES } from './agent-file.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AgentDefinitionSpec } from './agentdefinition.gen.ts';

/** Largest free JSON value in an AgentDefinition, in bytes of UTF-8. */
const FREE_JSON_MAX_BYTES = 64 * 1024;

/**
 * Request fields that an agent may set: how the model samples and thinks. A proxy understands many
 * more, among them addresses and credentials of other providers, and follows them with its own
 * rights; so what is not known to be harmless is refused.
 */
const ALLOWED_PARAMS = new Set([
  ...['temperature', 'top_p', 'top_k', 'min_p', 'seed', 'stop', 'max_tokens'],
  ...['max_completion_tokens', 'presence_penalty', 'frequency_penalty', 'repetition_penalty'],
  ...['logit_bias', 'logprobs', 'top_logprobs', 'response_format', 'service_tier'],
  ...['reasoning', 'reasoning_effort', 'thinking', 'verbosity', 'safety_settings'],
]);

/** One thing that is wrong with a spec: where, what, and what to do about it. */
export interface FieldError {
  /** Path from the object's root, for example `spec.model.params`. */
  field: string;
  message: string;
}

/**
 * What is wrong with an agent although the CRD's schema accepts it. References must have been
 * resolved: `instructions.inline` holds the text. Empty when the agent can be served.
 */
export function agentErrors(spec: AgentDefinitionSpec): FieldError[] {
  return [...instructionsErrors(spec), ...paramsErrors(spec), ...sizeErrors(spec)];
}

/** The errors as one sentence for a condition or a log line. */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
}

function instructionsErrors({ instructions }: AgentDefinitionSpec): FieldError[] {
  if (instructions?.inline === undefined) return [];
  return missingVariables(instructions.inline, instructions.variables ?? {}).map((name) => ({
    field: `spec.instructions.variables.${name}`,
    message: `the instructions use {{${name}}}; give it a value or remove it from the text`,
  }));
}

function paramsErrors({ model }: AgentDefinitionSpec): FieldError[] {
  const params = model?.params ?? {};
  const refused = Object.keys(params)
    .filter((key) => !ALLOWED_PARAMS.has(key))
    .map((key) => ({ field: `spec.model.params.${key}`, message: refusal(key) }));
  const bytes = Buffer.byteLength(canonicalJson(params));
  if (bytes <= FREE_JSON_MAX_BYTES) return refused;
  const message = `${bytes} bytes are more than ${FREE_JSON_MAX_BYTES}; make it smaller`;
  return [...refused, { field: 'spec.model.params', message }];
}

function refusal(key: string): string {
  if (key === 'model') return 'the runtime sets it; use spec.model.name';
  return `it is not one of ${[...ALLOWED_PARAMS].sort().join(', ')}; remove it`;
}

function sizeErrors(spec: AgentDefinitionSpec): FieldError[] {
  const bytes = Buffer.byteLength(canonicalJson(spec));
  if (bytes <= AGENT_FILE_MAX_BYTES - 1024) return [];
  return [
    {
      field: 'spec',
      message: `${bytes} bytes with references resolved are more than an agent may have (${AGENT_FILE_MAX_BYTES - 1024}); shorten the instructions`,
    },
  ];
}
