import { refuse } from '../../protocol/invalid-params.ts';
import { historyLengthViolations } from '../../protocol/message-rules.ts';
import { noExtendedCard, noPush, required } from '../operations.ts';
import { legacyJson, sendRequest } from './translate.ts';
import type { Task } from '@a2a-js/sdk';
import type { TaskEvents } from '../../protocol/task-operations.ts';
import type { JsonParams, Operation, Outcome } from '../operation.ts';

/** The operations of A2A 0.3 by their JSON-RPC names (spec 0.3 §3.5.6). Loaded when first used. */
export const LEGACY_OPERATIONS: Readonly<Record<string, Operation>> = {
  async 'message/send'(params, call, operations) {
    return value(await operations.sendMessage(sendRequest(params), call));
  },
  async 'message/stream'(params, call, operations) {
    return events(await operations.sendMessageStream(sendRequest(params), call));
  },
  async 'tasks/get'(params, call, operations) {
    const { historyLength } = params as { historyLength?: number };
    refuse(historyLengthViolations('historyLength', historyLength));
    const request = {
      tenant: '',
      id: taskId(params),
      ...(historyLength !== undefined && { historyLength }),
    };
    return value(await operations.getTask(request, call));
  },
  async 'tasks/cancel'(params, call, operations) {
    const request = { tenant: '', id: taskId(params), metadata: undefined };
    return value(await operations.cancelTask(request, call));
  },
  async 'tasks/resubscribe'(params, call, operations) {
    return events(await operations.subscribe({ tenant: '', id: taskId(params) }, call));
  },
  'tasks/pushNotificationConfig/set': noPush,
  'tasks/pushNotificationConfig/get': noPush,
  'tasks/pushNotificationConfig/list': noPush,
  'tasks/pushNotificationConfig/delete': noPush,
  'agent/getAuthenticatedExtendedCard': noExtendedCard,
};

function taskId({ id }: JsonParams): string {
  const text = typeof id === 'string' ? id : '';
  refuse(required('id', text));
  return text;
}

function value(task: Task): Outcome {
  return { kind: 'value', value: legacyJson({ payload: { $case: 'task', value: task } }) };
}

function events(taskEvents: TaskEvents): Outcome {
  return { kind: 'events', events: taskEvents, encode: legacyJson };
}
