import { TaskState } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { scopeOf } from './call.ts';
import { withHistory } from './history.ts';
import type { ListTasksRequest, ListTasksResponse } from '@a2a-js/sdk';
import type { Call } from './call.ts';
import type { Workshop } from './workshop.ts';
import type { TaskPosition, TaskQuery } from './task-store.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

/** One page of the caller's tasks (A2A §3.1.4). Throws InvalidParams for what cannot be asked. */
export async function listTasks(
  { tasks, runs }: Workshop,
  request: ListTasksRequest,
  call: Call,
): Promise<ListTasksResponse> {
  const scope = scopeOf(call);
  const query = taskQuery(request);
  const page = await tasks.list(scope, query);
  const found = page.tasks.map((stored) => {
    const task = withHistory(runs.get(scope, stored.id)?.task() ?? stored, request.historyLength);
    return request.includeArtifacts === true ? task : { ...task, artifacts: [] };
  });
  return {
    tasks: found,
    nextPageToken: page.next === undefined ? '' : pageToken(page.next),
    pageSize: query.pageSize,
    totalSize: page.totalSize,
  };
}

function taskQuery(request: ListTasksRequest): TaskQuery {
  const { pageSize = DEFAULT_PAGE_SIZE, contextId, status } = request;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
    throw new RequestMalformedError(`pageSize: must be 1 to ${MAX_PAGE_SIZE}`);
  }
  if (status === TaskState.UNRECOGNIZED) throw new RequestMalformedError('status: no such state');
  return {
    pageSize,
    ...(contextId !== '' && { contextId }),
    ...(status !== TaskState.TASK_STATE_UNSPECIFIED && { state: status }),
    ...(request.statusTimestampAfter !== undefined && {
      changedSinceMs: timestamp(request.statusTimestampAfter),
    }),
    ...(request.pageToken !== '' && { after: position(request.pageToken) }),
  };
}

function timestamp(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RequestMalformedError('statusTimestampAfter: not a timestamp');
  return ms;
}

function pageToken({ changedAtMs, id }: TaskPosition): string {
  return Buffer.from(`${changedAtMs} ${id}`).toString('base64url');
}

function position(token: string): TaskPosition {
  const match = /^(\d+) (.+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new RequestMalformedError('pageToken: not a token of this server');
  }
  return { changedAtMs: Number(match[1]), id: match[2] };
}
