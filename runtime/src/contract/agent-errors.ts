import { missingVariables } from './instructions.ts';
import { AGENT_FILE_MAX_BYTES } from './agent-file.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AgentDefinitionSpec } from './agentdefinition.gen.ts';

/** Largest free JSON value in an AgentDefinition, in bytes of UTF-8. */
const FREE_JSON_MAX_BYTES = 64 * 1024;

/**
 * Request fields that an agent's author must not set: the runtime sets them on every model call, or
 * the proxy would follow them elsewhere with its own credentials.
 */
const RESERVED_PARAMS = [
  ...['model', 'messages', 'n', 'stream', 'stream_options', 'tools', 'tool_choice'],
  ...['api_base', 'api_key', 'api_version', 'base_url', 'custom_llm_provider'],
  ...['extra_body', 'extra_headers'],
];

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
  const reserved = RESERVED_PARAMS.filter((key) => Object.hasOwn(params, key)).map((key) => ({
    field: `spec.model.params.${key}`,
    message:
      key === 'model'
        ? 'the runtime sets it; use spec.model.name'
        : 'it is not for an agent to set; remove it',
  }));
  const bytes = Buffer.byteLength(canonicalJson(params));
  if (bytes <= FREE_JSON_MAX_BYTES) return reserved;
  const message = `${bytes} bytes are more than ${FREE_JSON_MAX_BYTES}; make it smaller`;
  return [...reserved, { field: 'spec.model.params', message }];
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
