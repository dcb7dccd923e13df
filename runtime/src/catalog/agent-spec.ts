import { Ajv2020 } from 'ajv/dist/2020.js';
import { agentErrors, describeErrors } from '../contract/agent-errors.ts';
import { agentDefinitionSpecSchema } from '../contract/agentdefinition-schema.gen.ts';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldError } from '../contract/agent-errors.ts';
import type { AgentDefinitionSpec } from '../contract/agentdefinition.gen.ts';

/**
 * A spec with the CRD's defaults filled in (in place), or what is wrong with it as one sentence:
 * the CRD's own schema first, then what the schema cannot say.
 */
export function agentSpec(value: unknown): { spec: AgentDefinitionSpec } | { message: string } {
  const validate = validator();
  if (!validate(value)) return { message: describeErrors((validate.errors ?? []).map(fieldError)) };
  const errors = agentErrors(value);
  return errors.length > 0 ? { message: describeErrors(errors) } : { spec: value };
}

let compiled: ValidateFunction<AgentDefinitionSpec> | undefined;

function validator(): ValidateFunction<AgentDefinitionSpec> {
  compiled ??= new Ajv2020({ useDefaults: true, strict: false }).compile<AgentDefinitionSpec>(
    agentDefinitionSpecSchema,
  );
  return compiled;
}

function fieldError({ instancePath, message = 'is wrong', params }: ErrorObject): FieldError {
  const property: unknown = params.additionalProperty;
  const path = instancePath.replace(/\/(\d+)/g, '[$1]').replaceAll('/', '.');
  return {
    field: `spec${path}${typeof property === 'string' ? `.${property}` : ''}`,
    message: typeof property === 'string' ? 'there is no such field' : message,
  };
}
