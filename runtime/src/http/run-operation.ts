import { codeOf } from './failure.ts';
import { MethodNotFoundError } from './method-not-found.ts';
import { checkTenant } from './operation.ts';
import { noExtendedCard, noPush, OPERATIONS } from './operations.ts';
import type { Call } from '../protocol/call.ts';
import type { HttpDeps } from './deps.ts';
import type { JsonParams, Operation, Outcome } from './operation.ts';
import type { ProtocolVersion } from './version.ts';

/** An operation to run. */
export interface Invocation {
  version: ProtocolVersion;
  /** JSON-RPC name in that version. */
  method: string;
  params: JsonParams;
  call: Call;
}

/** Runs one operation and counts how it ended. Throws what the operation throws. */
export async function runOperation(deps: HttpDeps, invocation: Invocation): Promise<Outcome> {
  const { version, method, params, call } = invocation;
  const count = (name: string, code: string): void => {
    deps.telemetry.metrics.rpcRequest(name, call.agent.name, code);
  };
  const operation = await operationOf(version, method);
  if (operation === undefined) {
    // Not under its own name: anybody can invent names, and each would be a new series.
    count('unknown', 'METHOD_NOT_FOUND');
    throw await methodNotFound(version, method);
  }
  try {
    checkTenant(params.tenant, call);
    const outcome = await operation(params, call, deps.operations);
    count(method, 'OK');
    return outcome;
  } catch (error) {
    count(method, codeOf(error));
    throw error;
  }
}

/** Names of the operations of a version. */
async function methodNames(version: ProtocolVersion): Promise<string[]> {
  return Object.keys(await operationsOf(version));
}

/** Names of the operations that do more than to say that there is nothing of the kind. */
export async function offeredMethods(version: ProtocolVersion): Promise<string[]> {
  const operations = Object.entries(await operationsOf(version));
  const offered = operations.filter(([, operation]) => !NOT_OFFERED.includes(operation));
  return offered.map(([name]) => name);
}
const NOT_OFFERED: readonly Operation[] = [noPush, noExtendedCard];

async function operationOf(
  version: ProtocolVersion,
  method: string,
): Promise<Operation | undefined> {
  const operations = await operationsOf(version);
  return Object.hasOwn(operations, method) ? operations[method] : undefined;
}

async function methodNotFound(
  version: ProtocolVersion,
  method: string,
): Promise<MethodNotFoundError> {
  const other = version === '1.0' ? '0.3' : '1.0';
  const supportedMethods = (await methodNames(version)).join(', ');
  if ((await operationOf(other, method)) === undefined) {
    return new MethodNotFoundError({
      message: 'There is no such method.',
      metadata: { supportedMethods },
    });
  }
  const hint = `${method} belongs to A2A ${other}; send the header A2A-Version: ${other}`;
  return new MethodNotFoundError({
    message: `There is no such method in A2A ${version}: ${hint}.`,
    metadata: { supportedMethods, header: 'A2A-Version', hint },
  });
}

/** The 0.3 operations and their translators are loaded when the first client needs them. */
async function operationsOf(
  version: ProtocolVersion,
): Promise<Readonly<Record<string, Operation>>> {
  if (version === '1.0') return OPERATIONS;
  return (await import('./legacy/operations.ts')).LEGACY_OPERATIONS;
}
