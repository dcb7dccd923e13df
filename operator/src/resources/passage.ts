import { isAddress } from './egress-destinations.ts';
import type { Destination } from './egress-destinations.ts';
import type { Inputs } from './inputs.ts';
import { podsOf, ruleFor, tcp } from './network-rule.ts';
import type { Passage } from './network-rule.ts';
import { publicAddresses } from './public-addresses.ts';
import { isHeadless, serviceName, servicePassage } from './service-passage.ts';
import type { ServiceView } from './service-passage.ts';
import { serviceReference } from './service-reference.ts';
import type { ServiceCandidate, ServiceReference } from './service-reference.ts';

/** What decides where a host is. */
export type PassageInputs = Pick<Inputs, 'server' | 'settings' | 'services' | 'running'>;

/** The narrowest way to a destination that leads there for certain, as far as its host tells where it is. */
export function passage(destination: Destination, inputs: PassageInputs): Passage {
  const { host } = destination;
  if (isAddress(host)) return addressPassage(destination);
  const { server, settings, services } = inputs;
  const reference = serviceReference(host, server.metadata.namespace, settings.clusterDomain);
  const found = reference.candidates.flatMap((candidate) => {
    const service = existing(candidate, services);
    return service === undefined ? [] : [{ service, isOfPod: candidate.isOfPod }];
  });
  if (found.length > 0) {
    const ways = found.map(({ service }) => visiblePassage(destination, service, inputs));
    // The resolver goes on to the internet when no pod of theirs has the name.
    const isDoubtful = !reference.isCertain && found.every(({ isOfPod }) => isOfPod);
    return allOf(isDoubtful ? [...ways, publicPassage(destination, host, inputs)] : ways);
  }
  const hidden = hiddenCandidate(reference, inputs);
  if (hidden !== undefined) {
    return reference.isCertain
      ? hiddenPassage(destination, hidden)
      : doubtfulPassage(destination, hidden, inputs);
  }
  return reference.isCertain
    ? missingPassage(destination, reference, services)
    : publicPassage(destination, host, inputs);
}

function visiblePassage(
  destination: Destination,
  service: ServiceView,
  inputs: PassageInputs,
): Passage {
  return service.spec?.type === 'ExternalName'
    ? aliasPassage(destination, service, inputs)
    : servicePassage(destination, service);
}

/**
 * A name may mean a pod of a Service here, or a Service elsewhere: the resolver goes on to the second when the
 * first has no such pod, which nobody can tell from the Services.
 */
function allOf(passages: readonly Passage[]): Passage {
  const gaps = passages.flatMap(({ gap }) => gap ?? []);
  const rules = passages.flatMap((one) => one.rules);
  const [gap] = rules.length > 0 ? [] : gaps;
  return { rules, ...(gap !== undefined && { gap }) };
}

function existing(
  { name, namespace, isOfPod }: ServiceCandidate,
  services: readonly ServiceView[],
): ServiceView | undefined {
  const found = services.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  return found === undefined || (isOfPod && !isHeadless(found)) ? undefined : found;
}

/** A Service that may exist where the operator may not look. Names of pods are that only if they say so. */
function hiddenCandidate(
  { candidates, isCertain }: ServiceReference,
  { settings: { network } }: PassageInputs,
): ServiceCandidate | undefined {
  const { visibleNamespace } = network;
  if (visibleNamespace === undefined) return undefined;
  return candidates.find(
    ({ namespace, isOfPod }) => namespace !== visibleNamespace && (isCertain || !isOfPod),
  );
}

function addressPassage({ field, host, port }: Destination): Passage {
  const cidr = `${host}/${host.includes(':') ? 128 : 32}`;
  const reason = `${field} -> address ${host}, port ${port}`;
  return { rules: ruleFor([{ ipBlock: { cidr } }], { ports: [tcp(port)], reason }) };
}

/** A Service that is only another name (CNAME), so the port is the URL's own. */
function aliasPassage(
  destination: Destination,
  service: ServiceView,
  inputs: PassageInputs,
): Passage {
  const alias = (service.spec?.externalName ?? '').replace(/\.$/, '');
  if (!alias.endsWith(`.svc.${inputs.settings.clusterDomain}`)) {
    return publicPassage(destination, alias, inputs);
  }
  const gap = `${destination.field}: ${serviceName(service)} only stands for ${alias}; use that name there`;
  return { rules: [], gap };
}

/** Which pods the Service selects, and how it maps ports, is unknown. */
function hiddenPassage({ field, port }: Destination, hidden: ServiceCandidate): Passage {
  const unseen = `the operator may not look at ${serviceName({ metadata: hidden })}`;
  return {
    rules: ruleFor([podsOf(hidden.namespace)], {
      ports: [tcp(port)],
      reason: `${field} -> every pod of ${hidden.namespace}, because ${unseen}, port ${port}`,
    }),
    gap: `${field}: ${unseen}, so only port ${port} of the pods there is open; if they listen on another one, add it to spec.networkPolicy.to`,
  };
}

/** Whether it is a Service at all is unknown. */
function doubtfulPassage(
  { field, host, port }: Destination,
  hidden: ServiceCandidate,
  { settings: { network } }: PassageInputs,
): Passage {
  const unseen = `the operator may not look whether it is ${serviceName({ metadata: hidden })}`;
  return {
    rules: ruleFor([podsOf(hidden.namespace), ...publicAddresses(network.clusterRanges)], {
      ports: [tcp(port)],
      reason: `${field} -> every pod of ${hidden.namespace}, and ${host} at any public address, because ${unseen} (${hidden.name}.${hidden.namespace}.svc would say so), port ${port}`,
    }),
  };
}

function missingPassage(
  { field, host }: Destination,
  { candidates }: ServiceReference,
  services: readonly ServiceView[],
): Passage {
  const [metadata = { name: host, namespace: '' }] = candidates;
  const isThere = existing({ ...metadata, isOfPod: false }, services) !== undefined;
  const [problem, remedy] = isThere
    ? ['is not headless, so its pods have no names', 'use its own name']
    : ['was not found', 'create it'];
  const gap = `${field}: ${serviceName({ metadata })} ${problem}; ${remedy}, or add what "${host}" means to spec.networkPolicy.to`;
  return { rules: [], gap };
}

/** Only names tell these hosts, so every address that may be one of theirs is open, on this port. */
function publicPassage(
  { field, port }: Destination,
  host: string,
  { settings: { network } }: PassageInputs,
): Passage {
  const reason = `${field} -> ${host} at any public address, port ${port}`;
  return {
    rules: ruleFor(publicAddresses(network.clusterRanges), { ports: [tcp(port)], reason }),
  };
}
