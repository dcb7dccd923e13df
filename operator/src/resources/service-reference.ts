import type { A2AServer } from '../api/a2aserver.ts';
import { keyOf } from '../api/object.ts';
import type { ObjectRef } from '../api/object.ts';
import { egressDestinations } from './egress-destinations.ts';
import type { Endpoints } from './egress-destinations.ts';

/** A Service that a host name may mean. */
export interface ServiceCandidate extends ObjectRef {
  /** The name is of one pod, which only a headless Service gives it. */
  isOfPod: boolean;
}

export interface ServiceReference {
  /** In the order in which a pod's resolver tries them. */
  candidates: ServiceCandidate[];
  /** Nothing outside of the cluster has such a name. */
  isCertain: boolean;
}

/**
 * What a host name means to the pods of a namespace, whose resolver puts `<namespace>.svc.<domain>`,
 * `svc.<domain>` and `<domain>` behind it, in this order, before it takes the name as it is. So `redis.io`
 * is the Service `redis` of a namespace `io`, if there is one.
 */
export function serviceReference(
  host: string,
  namespace: string,
  clusterDomain: string,
): ServiceReference {
  const labels = relativeName(host, clusterDomain)?.split('.') ?? [];
  const saysService = labels.length > 2 && labels.at(-1) === 'svc';
  const path = saysService ? labels.slice(0, -1) : labels;
  const isCertain = saysService ? path.length < 4 : labels.length === 1;
  return { candidates: candidatesOf(path, namespace, saysService), isCertain };
}

/** `path`: `name`, `name.namespace` or `pod.name.namespace`, and where that is not certain `pod.name`. */
function candidatesOf(
  path: readonly string[],
  own: string,
  saysService: boolean,
): ServiceCandidate[] {
  const [first = '', second = '', third = ''] = path;
  if (path.length === 1) return [{ name: first, namespace: own, isOfPod: false }];
  if (path.length === 3) return [{ name: second, namespace: third, isOfPod: true }];
  if (path.length !== 2) return [];
  const service = { name: first, namespace: second, isOfPod: false };
  return saysService ? [service] : [{ name: second, namespace: own, isOfPod: true }, service];
}

/**
 * Every Service that hosts may mean to a server's pods, whatever the domain of the cluster is: a few more than they do
 * mean, for indexes, which do not know the configuration. Each once.
 */
export function referencedServices(
  { metadata: { namespace } }: A2AServer,
  endpoints: readonly Endpoints[],
): ObjectRef[] {
  const found = endpoints
    .flatMap(egressDestinations)
    .flatMap(
      ({ host }) => serviceReference(host.replace(/\.svc\..*$/, '.svc'), namespace, '').candidates,
    );
  return [...new Map(found.map((one) => [keyOf(one), one])).values()];
}

/** Without the domain of the cluster; undefined for a complete name (it ends in a dot) outside of it. */
function relativeName(host: string, clusterDomain: string): string | undefined {
  const isComplete = host.endsWith('.');
  const name = isComplete ? host.slice(0, -1) : host;
  if (name.endsWith(`.svc.${clusterDomain}`)) return name.slice(0, -clusterDomain.length - 1);
  return isComplete ? undefined : name;
}
