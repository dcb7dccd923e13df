import type { JsonParams } from '../operation.ts';

type Json = Record<string, unknown>;

/*
 * The HTTP+JSON binding of 0.3 carries the JSON of its proto file, not that of its JSON-RPC binding:
 * `content` for `parts`, enum constants for words, no `kind`. The official 0.3 clients insist.
 */

/** A body of `message:send` or `message:stream` as the parameters of `message/send`. */
export function sendParams(body: JsonParams): JsonParams {
  const message = body.message ?? body.request;
  const { configuration } = body;
  return {
    message: isJson(message) ? jsonRpcMessage(camelCase(message)) : message,
    ...(isJson(configuration) && {
      configuration: jsonRpcConfiguration(camelCase(configuration)),
    }),
    ...(body.metadata !== undefined && { metadata: body.metadata }),
  };
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Proto JSON may be written with the proto's own names; the official Python client does. */
function camelCase(value: Json): Json {
  const name = (key: string): string =>
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), inner]));
}

function jsonRpcMessage({ content, ...message }: Json): Json {
  const parts = content ?? message.parts;
  return {
    ...message,
    role: String(message.role)
      .replace(/^ROLE_/, '')
      .toLowerCase(),
    parts: Array.isArray(parts)
      ? parts.map((part: unknown) => (isJson(part) ? jsonRpcPart(part) : part))
      : parts,
  };
}

function jsonRpcPart(part: Json): Json {
  if (part.kind !== undefined) return part;
  const metadata = part.metadata === undefined ? {} : { metadata: part.metadata };
  if (part.file !== undefined) {
    if (!isJson(part.file)) return { kind: 'file' };
    const { fileWithUri, fileWithBytes, ...file } = camelCase(part.file);
    const content = fileWithUri === undefined ? { bytes: fileWithBytes } : { uri: fileWithUri };
    return { kind: 'file', file: { ...file, ...content }, ...metadata };
  }
  if (part.data === undefined) return { kind: 'text', text: part.text, ...metadata };
  return { kind: 'data', data: isJson(part.data) ? part.data.data : undefined, ...metadata };
}

/** Proto leaves out what has its default: no `blocking` means false, no `historyLength` means 0. */
function jsonRpcConfiguration({ blocking, historyLength, pushNotification }: Json): Json {
  return {
    blocking: blocking === true,
    ...(historyLength !== undefined && historyLength !== 0 && { historyLength }),
    ...(pushNotification !== undefined && { pushNotificationConfig: pushNotification }),
  };
}

/** A task, message or event of the JSON-RPC binding as proto JSON, without a wrapper. */
export function protoJson(value: Json): Json {
  const { kind, ...rest } = value;
  if (kind === 'message') return protoMessage(rest);
  if (kind === 'artifact-update')
    return { ...rest, artifact: protoArtifact(rest.artifact as Json) };
  const status = protoStatus(rest.status as Json);
  if (kind === 'status-update') return { ...rest, status };
  return {
    ...rest,
    status,
    ...(Array.isArray(rest.history) && { history: rest.history.map(protoMessage) }),
    ...(Array.isArray(rest.artifacts) && { artifacts: rest.artifacts.map(protoArtifact) }),
  };
}

const WRAPPERS: Record<string, string> = {
  task: 'task',
  message: 'message',
  'status-update': 'statusUpdate',
  'artifact-update': 'artifactUpdate',
};

/** The same inside the wrapper that answers to sending and streams have. */
export function wrappedProtoJson(value: Json): Json {
  return { [WRAPPERS[String(value.kind)] ?? 'task']: protoJson(value) };
}

function protoMessage({ messageId, contextId, taskId, metadata, ...message }: Json): Json {
  const { role, parts } = message;
  return {
    messageId,
    contextId,
    taskId,
    metadata,
    role: `ROLE_${String(role).toUpperCase()}`,
    content: (parts as Json[]).map(protoPart),
  };
}

function protoArtifact({ parts, ...artifact }: Json): Json {
  return { ...artifact, parts: (parts as Json[]).map(protoPart) };
}

function protoPart({ kind, ...part }: Json): Json {
  if (kind === 'data') return { ...part, data: { data: part.data } };
  if (kind !== 'file') return part;
  const { uri, bytes, ...file } = part.file as Json;
  const content = uri === undefined ? { fileWithBytes: bytes } : { fileWithUri: uri };
  return { ...part, file: { ...file, ...content } };
}

function protoStatus({ state, message, ...status }: Json): Json {
  // The proto of 0.3 writes CANCELLED with two L.
  const word = state === 'canceled' ? 'cancelled' : String(state).replace('-', '_');
  return {
    ...status,
    state: state === 'unknown' ? 'TASK_STATE_UNSPECIFIED' : `TASK_STATE_${word.toUpperCase()}`,
    ...(message !== undefined && { message: protoMessage(message as Json) }),
  };
}
