import {
  CancelTaskRequest,
  GetTaskRequest,
  ListTasksRequest,
  SendMessageRequest,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
} from '@a2a-js/sdk';
import { PushNotificationNotSupportedError, UnsupportedOperationError } from '@a2a-js/sdk/errors';
import { refuse } from '../protocol/invalid-params.ts';
import { historyLengthViolations } from '../protocol/message-rules.ts';
import { decoded } from './operation.ts';
import { partViolations } from './part-violations.ts';
import type { ListTasksResponse } from '@a2a-js/sdk';
import type { TaskEvents } from '../protocol/task-operations.ts';
import type { JsonParams, Operation, Outcome } from './operation.ts';

/** The operations of A2A 1.0 by their JSON-RPC names (A2A §5.3). */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  async SendMessage(params, call, operations) {
    const task = await operations.sendMessage(sendRequest(params), call);
    return value({ task: Task.toJSON(task) });
  },
  async SendStreamingMessage(params, call, operations) {
    return events(await operations.sendMessageStream(sendRequest(params), call));
  },
  async GetTask(params, call, operations) {
    const request = decoded(() => GetTaskRequest.fromJSON(params));
    refuse([
      ...required('id', request.id),
      ...historyLengthViolations('historyLength', request.historyLength),
    ]);
    return value(Task.toJSON(await operations.getTask(request, call)));
  },
  async ListTasks(params, call, operations) {
    const request = decoded(() => ListTasksRequest.fromJSON(params));
    refuse(historyLengthViolations('historyLength', request.historyLength));
    const page = await operations.listTasks(request, call);
    return value(listJson(page, request.includeArtifacts ?? false));
  },
  async CancelTask(params, call, operations) {
    const request = decoded(() => CancelTaskRequest.fromJSON(params));
    refuse(required('id', request.id));
    return value(Task.toJSON(await operations.cancelTask(request, call)));
  },
  async SubscribeToTask(params, call, operations) {
    const request = decoded(() => SubscribeToTaskRequest.fromJSON(params));
    refuse(required('id', request.id));
    return events(await operations.subscribe(request, call));
  },
  CreateTaskPushNotificationConfig: noPush,
  GetTaskPushNotificationConfig: noPush,
  ListTaskPushNotificationConfigs: noPush,
  DeleteTaskPushNotificationConfig: noPush,
  GetExtendedAgentCard: noExtendedCard,
};

/** Push notifications are not offered yet, and the card says so (A2A §3.3.4). */
export function noPush(): Promise<Outcome> {
  return Promise.reject(new PushNotificationNotSupportedError());
}

/** There is no extended card, and the card says so (A2A §3.1.11). */
export function noExtendedCard(): Promise<Outcome> {
  return Promise.reject(new UnsupportedOperationError('The agent has no extended card.'));
}

/** A violation when a required string is missing. */
export function required(field: string, text: string): { field: string; description: string }[] {
  return text === '' ? [{ field, description: 'is required' }] : [];
}

function sendRequest(params: JsonParams): SendMessageRequest {
  refuse(partViolations(params));
  return decoded(() => SendMessageRequest.fromJSON(params));
}

/** All four fields are on the wire even when empty, and artifacts only when asked for (§3.1.4). */
function listJson(page: ListTasksResponse, includeArtifacts: boolean): object {
  const { nextPageToken, pageSize, totalSize } = page;
  const tasks = page.tasks.map((task) => ({
    ...(includeArtifacts && { artifacts: [] }),
    ...(Task.toJSON(task) as object),
  }));
  return { tasks, nextPageToken, pageSize, totalSize };
}

function value(json: unknown): Outcome {
  return { kind: 'value', value: json };
}

function events(taskEvents: TaskEvents): Outcome {
  return { kind: 'events', events: taskEvents, encode: (event) => StreamResponse.toJSON(event) };
}
