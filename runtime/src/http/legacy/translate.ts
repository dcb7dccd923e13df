import { legacyPushNotificationToV1StreamResponse } from '@a2a-js/sdk/compat/v0_3';
import { V03PushNotificationSerializer } from '@a2a-js/sdk/compat/v0_3/server';
import { InvalidParamsError } from '../../protocol/invalid-params.ts';
import { decoded } from '../operation.ts';
import type { Message, SendMessageRequest, StreamResponse } from '@a2a-js/sdk';
import type { JsonParams } from '../operation.ts';

// The SDK exports its 0.3 translators only inside the push serializer and its inverse; both are
// pure and translate exactly the four things that answers and streams are made of.
const serializer = new V03PushNotificationSerializer();

/** A task, message or event as 0.3 JSON (with `kind`). */
export function legacyJson(response: StreamResponse): Record<string, unknown> {
  return JSON.parse(serializer.serialize(response).body) as Record<string, unknown>;
}

/** Parameters of `message/send` and `message/stream` as a 1.0 request. Throws InvalidParams. */
export function sendRequest(params: JsonParams): SendMessageRequest {
  const { configuration, metadata } = params as LegacySendParams;
  return {
    tenant: '',
    message: coreMessage(params.message),
    metadata: metadata ?? undefined,
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig:
        configuration?.pushNotificationConfig === undefined ? undefined : NO_PUSH_CONFIG,
      // 0.3 leaves the default to the server (spec 0.3 §7.1.2); ours is that of 1.0: wait.
      returnImmediately: configuration?.blocking === false,
      ...(configuration?.historyLength !== undefined && {
        historyLength: configuration.historyLength,
      }),
    },
  };
}

interface LegacySendParams {
  configuration?: { blocking?: boolean; historyLength?: number; pushNotificationConfig?: unknown };
  metadata?: Record<string, unknown>;
}

/** Only its presence matters: it is refused. */
const NO_PUSH_CONFIG = {
  tenant: '',
  id: '',
  taskId: '',
  url: '',
  token: '',
  authentication: undefined,
};

function coreMessage(value: unknown): Message {
  const description = 'must be a message with messageId, role and parts';
  if (typeof value !== 'object' || value === null) {
    throw new InvalidParamsError([{ field: 'message', description }]);
  }
  const { payload } = decoded(() =>
    legacyPushNotificationToV1StreamResponse({ ...value, kind: 'message' }),
  );
  if (payload?.$case === 'message') return payload.value;
  throw new InvalidParamsError([{ field: 'message', description }]);
}
