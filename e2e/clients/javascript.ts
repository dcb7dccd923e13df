import { randomUUID } from 'node:crypto';
import { Role } from '@a2a-js/sdk';
import type { Part, SendMessageRequest, StreamResponse } from '@a2a-js/sdk';
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from '@a2a-js/sdk/client';
import type { Client } from '@a2a-js/sdk/client';

/** How a caller reaches an agent. */
export interface Caller {
  /** Base URL under which the card is found. */
  baseUrl: string;
  /** Path of the card; default is the well-known one of the default agent. */
  cardPath?: string;
  headers?: Readonly<Record<string, string>>;
  binding?: 'JSONRPC' | 'HTTP+JSON';
  protocolVersion?: '0.3' | '1.0';
  /** Where to connect instead of the host that the card advertises. */
  via?: string;
  /** What sends the requests; default is Node's own. */
  fetch?: typeof fetch;
}

/**
 * The official JavaScript client, made from nothing but the card behind the URL. `0.3` speaks the old
 * protocol through the SDK's compatibility layer.
 */
export async function officialClient(caller: Caller): Promise<Client> {
  const { baseUrl, cardPath, headers = {}, binding = 'JSONRPC', protocolVersion, via } = caller;
  const old = protocolVersion === '0.3';
  const send = caller.fetch ?? fetch;
  const fetchImpl: typeof fetch = (input, init) => {
    const sent = new Headers(init?.headers);
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    return send(via === undefined ? input : redirected(input, via), { ...init, headers: sent });
  };
  const options = { fetchImpl, legacyCompat: { enabled: old } };
  const transport =
    binding === 'JSONRPC'
      ? new JsonRpcTransportFactory(options)
      : new RestTransportFactory(options);
  const resolver = new DefaultAgentCardResolver({ fetchImpl });
  const card = await resolver.resolve(baseUrl, cardPath);
  const factory = new ClientFactory({ transports: [transport] });
  const version = (one: { protocolVersion: string }): boolean =>
    one.protocolVersion.startsWith(old ? '0.' : '1.');
  return factory.createFromAgentCard({
    ...card,
    supportedInterfaces: card.supportedInterfaces.filter(version),
  });
}

function redirected(input: string | URL | Request, via: string): URL {
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  return new URL(pathname + search, via);
}

/** A request to send one text; a context continues a conversation. */
export function textMessage(text: string, contextId = ''): SendMessageRequest {
  return {
    tenant: '',
    configuration: undefined,
    metadata: undefined,
    message: {
      messageId: randomUUID(),
      contextId,
      taskId: '',
      role: Role.ROLE_USER,
      parts: [
        {
          content: { $case: 'text', value: text },
          metadata: undefined,
          filename: '',
          mediaType: '',
        },
      ],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
  };
}

/** The text of an answer's parts. */
export function textOf(parts: readonly Part[]): string {
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');
}

/** The text that one event of a stream adds to the answer. */
export function streamedText({ payload }: StreamResponse): string {
  return payload?.$case === 'artifactUpdate' ? textOf(payload.value.artifact?.parts ?? []) : '';
}
