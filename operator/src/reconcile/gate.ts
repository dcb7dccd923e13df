import { REASON } from '../api/conditions.ts';
import { StalledError, WaitingError } from './errors.ts';
import type { Observed } from './observe.ts';

/**
 * Lets a server pass whose spec can be carried out now. Throws StalledError for a spec that its
 * author must change, and WaitingError while something it refers to does not exist.
 */
export function gate(observed: Observed, allowedAnnotationPrefixes: readonly string[]): void {
  const refused = refusedAnnotations(observed, allowedAnnotationPrefixes);
  if (refused.length > 0) {
    throw new StalledError(
      REASON.InvalidSpec,
      `${refused.join(', ')}: only annotations that start with ${allowedAnnotationPrefixes.join(', ')} are allowed here; remove the others or ask the operator's administrator to allow their prefix`,
    );
  }
  const { hostHolder: holder, server } = observed;
  if (holder !== undefined) {
    throw new StalledError(
      REASON.HostTaken,
      `spec.ingress.host: "${server.spec.ingress.host ?? ''}" belongs to A2AServer "${holder.name}" in namespace "${holder.namespace}", which had it first; choose another host, or remove it there`,
    );
  }
  const [missing] = observed.missingSecrets;
  if (missing !== undefined) {
    const { namespace } = server.metadata;
    throw new WaitingError(
      REASON.SecretNotFound,
      `${missing.field}: Secret "${missing.name}" was not found in namespace "${namespace}"; create it`,
    );
  }
}

/** A tenant's annotations run with the operator's rights; snippets would be code in the proxy. */
function refusedAnnotations({ server }: Observed, allowed: readonly string[]): string[] {
  const { ingress, service, pod } = server.spec;
  const fields = { ingress, service, pod };
  return Object.entries(fields).flatMap(([field, { annotations = {} }]) =>
    Object.keys(annotations)
      .filter((key) => key.includes('snippet') || !allowed.some((prefix) => key.startsWith(prefix)))
      .map((key) => `spec.${field}.annotations["${key}"]`),
  );
}
