/** A request of the HTTP+JSON binding, taken apart. */
export interface RestRoute {
  /** Operation by its JSON-RPC name of the same version. */
  operation: string;
  /** Task id, push configuration id: what the path says. */
  pathParams: Readonly<Record<string, string>>;
  /** First segment before the operation's path, when there is one (A2A §5.3, `/{tenant}/…`). */
  tenant?: string;
}

type Pattern = readonly [method: string, path: RegExp, operation: string];

const TASK = '^tasks/(?<id>[^/:]+)';
const PUSH = '^tasks/(?<taskId>[^/:]+)/pushNotificationConfigs';

/** A2A 1.0 §11.3; subscribe answers to GET and POST, because the specification names both. */
const PATTERNS: readonly Pattern[] = [
  ['POST', /^message:send$/, 'SendMessage'],
  ['POST', /^message:stream$/, 'SendStreamingMessage'],
  ['GET', /^tasks$/, 'ListTasks'],
  ['GET', new RegExp(`${TASK}$`), 'GetTask'],
  ['POST', new RegExp(`${TASK}:cancel$`), 'CancelTask'],
  ['POST', new RegExp(`${TASK}:subscribe$`), 'SubscribeToTask'],
  ['GET', new RegExp(`${TASK}:subscribe$`), 'SubscribeToTask'],
  ['POST', new RegExp(`${PUSH}$`), 'CreateTaskPushNotificationConfig'],
  ['GET', new RegExp(`${PUSH}$`), 'ListTaskPushNotificationConfigs'],
  ['GET', new RegExp(`${PUSH}/(?<configId>[^/]+)$`), 'GetTaskPushNotificationConfig'],
  ['DELETE', new RegExp(`${PUSH}/(?<configId>[^/]+)$`), 'DeleteTaskPushNotificationConfig'],
  ['GET', /^extendedAgentCard$/, 'GetExtendedAgentCard'],
];

/** Spec 0.3 §3.5.6, below `v1/`. */
const LEGACY_PATTERNS: readonly Pattern[] = [
  ['POST', /^message:send$/, 'message/send'],
  ['POST', /^message:stream$/, 'message/stream'],
  ['GET', new RegExp(`${TASK}$`), 'tasks/get'],
  ['POST', new RegExp(`${TASK}:cancel$`), 'tasks/cancel'],
  ['POST', new RegExp(`${TASK}:subscribe$`), 'tasks/resubscribe'],
  ['GET', new RegExp(`${TASK}:subscribe$`), 'tasks/resubscribe'],
  ['POST', new RegExp(`${PUSH}$`), 'tasks/pushNotificationConfig/set'],
  ['GET', new RegExp(`${PUSH}$`), 'tasks/pushNotificationConfig/list'],
  ['GET', new RegExp(`${PUSH}/(?<configId>[^/]+)$`), 'tasks/pushNotificationConfig/get'],
  ['DELETE', new RegExp(`${PUSH}/(?<configId>[^/]+)$`), 'tasks/pushNotificationConfig/delete'],
  ['GET', /^card$/, 'agent/getAuthenticatedExtendedCard'],
];

/**
 * The operation of a 1.0 path without leading slash; `not-found` when no operation has this path,
 * `method-not-allowed` when one has, with another method.
 */
export function restRoute(method: string, path: string): RestRoute | RestMismatch {
  const plain = match(PATTERNS, method, path);
  if (plain !== 'not-found') return plain;
  const [tenant = '', ...rest] = path.split('/');
  const tenanted = match(PATTERNS, method, rest.join('/'));
  return typeof tenanted === 'string' ? tenanted : { ...tenanted, tenant };
}

/** The operation of a 0.3 path, `v1/` already taken off. */
export function legacyRestRoute(method: string, path: string): RestRoute | RestMismatch {
  return match(LEGACY_PATTERNS, method, path);
}

export type RestMismatch = 'not-found' | 'method-not-allowed';

function match(
  patterns: readonly Pattern[],
  method: string,
  path: string,
): RestRoute | RestMismatch {
  const found = patterns.filter(([, pattern]) => pattern.test(path));
  const route = found.find(([allowed]) => allowed === method);
  if (route === undefined) return found.length > 0 ? 'method-not-allowed' : 'not-found';
  return { operation: route[2], pathParams: { ...route[1].exec(path)?.groups } };
}
