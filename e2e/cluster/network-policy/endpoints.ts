import { isIPv4 } from 'node:net';
import type { Container, Pod, Protocol } from './objects.ts';
import type { Labels } from './selectors.ts';

/** What a policy can know of a pod that takes part in the pod network. */
export interface Endpoint {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly labels: Labels;
  readonly createdAt: string;
  readonly namedPorts: readonly NamedPort[];
}

export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/**
 * The endpoint of a pod, or undefined for one that no policy can select or name as a peer: without
 * an IPv4 address, finished (its address may already be another's), or on the node's own network,
 * whose traffic counts as the node's.
 */
export function endpointOf(pod: Pod): Endpoint | undefined {
  const finished = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
  const ip = podIp(pod);
  if (finished || pod.spec?.hostNetwork === true || ip === undefined) return undefined;
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    ip,
    labels: pod.metadata.labels ?? {},
    createdAt: pod.metadata.creationTimestamp ?? '',
    namedPorts: containersOf(pod).flatMap(namedPortsOf),
  };
}

/** The number behind a port name; undefined when the pod has no such port of that protocol. */
export function resolvePort(
  endpoint: Endpoint,
  name: string,
  protocol: Protocol,
): number | undefined {
  return endpoint.namedPorts.find((port) => port.name === name && port.protocol === protocol)?.port;
}

function podIp({ status }: Pod): string | undefined {
  const candidates = [status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)];
  return candidates.find((ip) => ip !== undefined && isIPv4(ip));
}

function containersOf({ spec }: Pod): Container[] {
  const sidecars = (spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  return [...(spec?.containers ?? []), ...sidecars];
}

function namedPortsOf(container: Container): NamedPort[] {
  return (container.ports ?? []).flatMap(({ name, protocol = 'TCP', containerPort: port }) =>
    name === undefined ? [] : [{ name, protocol, port }],
  );
}
