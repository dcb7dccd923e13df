import { A2AError } from '@a2a-js/sdk/errors';

/** JSON-RPC −32601; the details say which methods there are, and which header is missing. */
export class MethodNotFoundError extends A2AError {
  override readonly name = 'MethodNotFoundError';
  override readonly reason = 'METHOD_NOT_FOUND';
  // The SDK's serializer reads the envelope's code from errors of this transport.
  readonly transport = 'jsonrpc';
  readonly envelopeCode = -32601;
}
