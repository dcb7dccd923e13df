import type { V1Service, V1ServicePort } from '@kubernetes/client-node';
import type { KubeObject } from '../api/object.ts';
import type { Destination } from './egress-destinations.ts';
import { podsOf, ruleFor, tcp } from './network-rule.ts';
import type { NetworkPort, Passage } from './network-rule.ts';

/** A Service of the cluster, as far as traffic to it is concerned. */
export type ServiceView = KubeObject & Pick<V1Service, 'spec'>;

/**
 * The way to the pods behind a Service. Policies count after the Service's translation, so what has to be open
 * is the port on which its pods listen.
 */
export function servicePassage(destination: Destination, service: ServiceView): Passage {
  const { field } = destination;
  const name = serviceName(service);
  const { selector = {} } = service.spec ?? {};
  if (Object.keys(selector).length === 0) {
    const remedy = 'add the addresses behind it to spec.networkPolicy.to';
    return { rules: [], gap: `${field}: ${name} has no selector that tells its pods; ${remedy}` };
  }
  const ports = podPorts(destination, service);
  if (ports.length === 0) {
    return { rules: [], gap: `${field}: ${name} has no TCP port ${destination.port}; correct it` };
  }
  const words = ports.map(({ port }) => port).join(', ');
  const reason = `${field} -> ${name}, port ${words}`;
  return {
    rules: ruleFor([podsOf(service.metadata.namespace ?? '', selector)], { ports, reason }),
  };
}

/** How a Service is called in sentences. */
export function serviceName({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return `Service ${metadata.name} in ${metadata.namespace ?? ''}`;
}

export function isHeadless({ spec }: ServiceView): boolean {
  return spec?.clusterIP === 'None';
}

function podPorts({ port, namesMembers }: Destination, service: ServiceView): NetworkPort[] {
  const all = (service.spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  // Nobody translates on the way to a headless Service: names lead to the pods themselves.
  const direct = isHeadless(service) ? [port] : [];
  const translated = all.filter((one) => namesMembers || one.port === port).map(targetOf);
  const ports = isHeadless(service) && !namesMembers ? direct : [...direct, ...translated];
  return [...new Set(ports)].map(tcp);
}

function targetOf({ port, targetPort }: V1ServicePort): number | string {
  return targetPort ?? port;
}
