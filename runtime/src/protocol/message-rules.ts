import { Role } from '@a2a-js/sdk';
import type { Message, Part, SendMessageConfiguration } from '@a2a-js/sdk';
import type { FieldViolation } from './invalid-params.ts';

/** Ids become parts of keys and log lines. */
const MAX_ID_CHARACTERS = 256;

/** What is wrong with a message from a caller (A2A §4.1.4, §3.3.2: agents validate all inputs). */
export function messageViolations(message: Message | undefined): FieldViolation[] {
  if (message === undefined) return [{ field: 'message', description: 'is required' }];
  const { messageId, contextId, taskId, role, parts } = message;
  return [
    ...(messageId === '' ? [{ field: 'message.messageId', description: 'is required' }] : []),
    ...(role === Role.ROLE_USER
      ? []
      : [{ field: 'message.role', description: 'must be the role of the user' }]),
    ...(parts.length === 0
      ? [{ field: 'message.parts', description: 'must hold at least one part' }]
      : []),
    ...parts.flatMap(partViolations),
    ...Object.entries({ messageId, contextId, taskId }).flatMap(idViolations),
  ];
}

/** What is wrong with a send configuration. */
export function configurationViolations(
  configuration: SendMessageConfiguration | undefined,
): FieldViolation[] {
  return historyLengthViolations('configuration.historyLength', configuration?.historyLength);
}

/** What is wrong with a history length (A2A §3.2.4). */
export function historyLengthViolations(
  field: string,
  length: number | undefined,
): FieldViolation[] {
  if (length === undefined || (Number.isInteger(length) && length >= 0)) return [];
  return [{ field, description: 'must be an integer from 0' }];
}

function partViolations({ content }: Part, index: number): FieldViolation[] {
  const field = `message.parts[${index}]`;
  if (content === undefined) {
    return [{ field, description: 'must have one of text, raw, url, data' }];
  }
  const isText = content.$case === 'text' || content.$case === 'url';
  if (!isText || typeof content.value === 'string') return [];
  return [{ field: `${field}.${content.$case}`, description: 'must be a string' }];
}

function idViolations([name, id]: [string, unknown]): FieldViolation[] {
  const field = `message.${name}`;
  if (typeof id !== 'string') return [{ field, description: 'must be a string' }];
  if (id.length <= MAX_ID_CHARACTERS) return [];
  return [{ field, description: `must have at most ${MAX_ID_CHARACTERS} characters` }];
}
