import { Role } from '@a2a-js/sdk';
import type { Message, Part, Task } from '@a2a-js/sdk';

/** A part of text. */
export function textPart(text: string, mediaType = 'text/plain'): Part {
  return { content: { $case: 'text', value: text }, mediaType, filename: '', metadata: undefined };
}

/** A message of the agent about a task. */
export function agentMessage(task: Task, messageId: string, text: string): Message {
  return {
    messageId,
    contextId: task.contextId,
    taskId: task.id,
    role: Role.ROLE_AGENT,
    parts: [textPart(text)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}
