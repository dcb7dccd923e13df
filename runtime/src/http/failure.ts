import { A2AError, restStatusFor, toJsonRpcError, toRestErrorBody } from '@a2a-js/sdk/errors';
import { InvalidParamsError } from '../protocol/invalid-params.ts';
import { problemOf } from './problem.ts';

/** An answer that is an error: what to write. */
export interface Failure {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

/** Shapes an error for one binding and version; `id` is the JSON-RPC request's. */
export type FailureShape = (error: unknown, id?: unknown) => Failure;

const INTERNAL = 'INTERNAL';
const INTERNAL_MESSAGE = 'An error in the server.';
const INTERNAL_JSON_RPC_CODE = -32603;

/** The error's name in metrics, for example `TASK_NOT_FOUND` or `UNAVAILABLE`. */
export function codeOf(error: unknown): string {
  return problemOf(error)?.rpcStatus ?? (error instanceof A2AError ? error.reason : INTERNAL);
}

/** JSON-RPC (A2A §9.5): A2A errors are HTTP 200, the server's own 500, HTTP problems their status. */
export const jsonRpcFailure: FailureShape = (error, id = null) => {
  const envelope = (value: object): object => ({ jsonrpc: '2.0', id, error: value });
  const problem = problemOf(error);
  if (problem !== undefined) {
    const { status, headers, jsonRpcCode: code, message } = problem;
    return { status, headers, body: envelope({ code, message }) };
  }
  if (!(error instanceof A2AError)) {
    const body = envelope({ code: INTERNAL_JSON_RPC_CODE, message: INTERNAL_MESSAGE });
    return { status: 500, headers: {}, body };
  }
  const { code, message } = toJsonRpcError(error);
  const data = [error.toErrorInfo(), ...badRequest(error)];
  return { status: 200, headers: {}, body: envelope({ code, message, data }) };
};

/** HTTP+JSON (A2A §11.6): `google.rpc.Status` in `error`. */
export const restFailure: FailureShape = (error) => {
  const problem = problemOf(error);
  if (problem !== undefined) {
    const { status, headers, message, rpcStatus } = problem;
    const body = { error: { code: status, status: rpcStatus, message, details: [] } };
    return { status, headers, body };
  }
  if (!(error instanceof A2AError)) {
    const details = { code: 500, status: INTERNAL, message: INTERNAL_MESSAGE, details: [] };
    return { status: 500, headers: {}, body: { error: details } };
  }
  const status = restStatusFor(error);
  const { error: rest } = toRestErrorBody(error, status);
  const body = { error: { ...rest, details: [...rest.details, ...badRequest(error)] } };
  return { status, headers: {}, body };
};

/**
 * HTTP+JSON of 0.3: A2A errors bare, HTTP problems as in 1.0, because clients share that code. By
 * `type` the official Python client knows the error.
 */
export const legacyRestFailure: FailureShape = (error) => {
  const shaped = restFailure(error);
  if (!(error instanceof A2AError)) return shaped;
  const { code, message } = toJsonRpcError(error);
  return { ...shaped, body: { code, message, type: error.name } };
};

function badRequest(error: A2AError): object[] {
  if (!(error instanceof InvalidParamsError)) return [];
  const fieldViolations = error.violations;
  return [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }];
}
