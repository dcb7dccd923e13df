import { contains, formatCidr, parseCidr, subtract } from './cidr.ts';
import type { Cidr } from './cidr.ts';
import { resolvePort } from './endpoints.ts';
import type { Endpoint } from './endpoints.ts';
import type { Namespace, NetworkPolicy, PolicyPeer, PolicyPort, Protocol } from './objects.ts';
import { matches } from './selectors.ts';
import type { Labels } from './selectors.ts';

/** What the API server holds, reduced to what rules depend on. */
export interface ClusterState {
  readonly policies: readonly NetworkPolicy[];
  readonly endpoints: readonly Endpoint[];
  readonly namespaces: readonly Namespace[];
}

/** Destination ports `first` to `last`, both included. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** Traffic that one rule of one policy lets through; `because` is `namespace/name` of the policy. */
export interface Allow {
  readonly because: string;
  /** Sorted CIDRs without duplicates; never empty. */
  readonly peers: 'anyone' | readonly string[];
  /** 'any' includes protocols without ports, such as ICMP; never empty. */
  readonly ports: 'any' | readonly PortRange[];
}

/** A direction that is undefined is not policed; one without an Allow denies everything. */
export interface PolicedPod {
  readonly name: string;
  readonly ip: string;
  readonly ingress: readonly Allow[] | undefined;
  readonly egress: readonly Allow[] | undefined;
}

interface Peers {
  readonly addresses: 'anyone' | readonly string[];
  /** The pods among the peers: only they can give a number to a named port. Rarely asked for. */
  readonly endpoints: () => readonly Endpoint[];
}

interface Lookup {
  readonly endpoints: readonly Endpoint[];
  /** A peer without a namespaceSelector looks at its own namespace only. */
  readonly byNamespace: ReadonlyMap<string, readonly Endpoint[]>;
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
}

interface Isolation {
  readonly endpoint: Endpoint;
  ingress?: Allow[];
  egress?: Allow[];
}

/**
 * The rules of networking.k8s.io/v1 for every pod that some policy selects and whose address lies in
 * `podCidr` (others are no pods of this node, yet may be peers). Sorted, so that equal clusters give
 * deeply equal models whatever order the events came in. Throws on a podCidr that is not IPv4.
 */
export function policedPods(state: ClusterState, podCidr: string): PolicedPod[] {
  const range = parseCidr(podCidr);
  if (range === undefined) throw new Error(`pod CIDR ${podCidr} is not an IPv4 block`);
  const endpoints = newestPerAddress(state.endpoints);
  const lookup: Lookup = {
    endpoints,
    byNamespace: Map.groupBy(endpoints, ({ namespace }) => namespace),
    namespaceLabels: new Map(
      state.namespaces.map((n) => [n.metadata.name, n.metadata.labels ?? {}]),
    ),
  };
  const local = endpoints.filter(({ ip }) => holds(range, ip));
  const isolated = new Map<string, Isolation>();
  for (const policy of [...state.policies].sort((a, b) => compare(title(a), title(b)))) {
    const subjects = local.filter((endpoint) => selects(policy, endpoint));
    if (subjects.length > 0) isolate(policy, subjects, { lookup, isolated });
  }
  return [...isolated.values()]
    .map(({ endpoint, ingress, egress }) => ({
      name: `${endpoint.namespace}/${endpoint.name}`,
      ip: endpoint.ip,
      ingress,
      egress,
    }))
    .sort((a, b) => compare(a.ip, b.ip));
}

/** An address may belong to a new pod while the deletion of its last owner is still on its way. */
function newestPerAddress(endpoints: readonly Endpoint[]): Endpoint[] {
  const age = ({ createdAt, namespace, name }: Endpoint): string =>
    `${createdAt} ${namespace}/${name}`;
  const sorted = [...endpoints].sort((a, b) => compare(age(a), age(b)));
  return [...new Map(sorted.map((endpoint) => [endpoint.ip, endpoint])).values()];
}

function selects({ metadata, spec }: NetworkPolicy, endpoint: Endpoint): boolean {
  return (
    metadata.namespace === endpoint.namespace && matches(spec?.podSelector ?? {}, endpoint.labels)
  );
}

/** Adds what the policy allows to each pod it selects. */
function isolate(
  policy: NetworkPolicy,
  subjects: readonly Endpoint[],
  { lookup, isolated }: { lookup: Lookup; isolated: Map<string, Isolation> },
): void {
  const types = policyTypes(policy);
  // Peers depend on the policy alone: finding them once keeps a fleet of alike pods cheap.
  const ingress = types.includes('Ingress') ? ingressOf(policy, lookup) : undefined;
  const egress = types.includes('Egress') ? egressOf(policy, lookup) : undefined;
  for (const endpoint of subjects) {
    const isolation = isolated.get(endpoint.ip) ?? { endpoint };
    isolated.set(endpoint.ip, isolation);
    if (ingress) isolation.ingress = [...(isolation.ingress ?? []), ...ingress(endpoint)];
    if (egress) isolation.egress = [...(isolation.egress ?? []), ...egress];
  }
}

function policyTypes({ spec }: NetworkPolicy): readonly string[] {
  if (spec?.policyTypes !== undefined) return spec.policyTypes;
  return (spec?.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

/** A function of the subject, because a named port is the receiving pod's. */
function ingressOf(policy: NetworkPolicy, lookup: Lookup): (subject: Endpoint) => Allow[] {
  const home = policy.metadata.namespace ?? '';
  const rules = (policy.spec?.ingress ?? []).map((rule) => ({
    ports: rule.ports,
    peers: peersOf(rule.from, home, lookup).addresses,
  }));
  return (subject) =>
    rules.flatMap(({ peers, ports }) => allow(title(policy), peers, rangesFor(subject, ports)));
}

function egressOf(policy: NetworkPolicy, lookup: Lookup): Allow[] {
  const home = policy.metadata.namespace ?? '';
  return (policy.spec?.egress ?? []).flatMap((rule) => {
    const peers = peersOf(rule.to, home, lookup);
    return egressAllows(title(policy), peers, rule.ports);
  });
}

function rangesFor(endpoint: Endpoint, ports: readonly PolicyPort[] = []): Allow['ports'] {
  if (ports.length === 0) return 'any';
  return ports.flatMap((port) => {
    if (typeof port.port !== 'string') return [numericRange(port)];
    return namedRange(endpoint, port.port, port.protocol);
  });
}

function egressAllows(because: string, peers: Peers, ports: readonly PolicyPort[] = []): Allow[] {
  if (ports.length === 0) return allow(because, peers.addresses, 'any');
  const numeric = ports.filter(({ port }) => typeof port !== 'string').map(numericRange);
  const named = ports.flatMap(({ port, protocol }) =>
    typeof port === 'string' ? namedPortAllows(because, peers, { name: port, protocol }) : [],
  );
  return [...allow(because, peers.addresses, numeric), ...named];
}

/** One name may mean a different number in every destination, so peers are grouped by number. */
function namedPortAllows(
  because: string,
  peers: Peers,
  { name, protocol }: { name: string; protocol: Protocol | undefined },
): Allow[] {
  const groups = new Map<number, { range: PortRange; addresses: string[] }>();
  for (const endpoint of peers.endpoints()) {
    for (const range of namedRange(endpoint, name, protocol)) {
      const group = groups.get(range.first) ?? { range, addresses: [] };
      group.addresses.push(`${endpoint.ip}/32`);
      groups.set(range.first, group);
    }
  }
  return [...groups.values()]
    .sort((a, b) => a.range.first - b.range.first)
    .flatMap(({ range, addresses }) => allow(because, tidy(addresses), [range]));
}

/** A rule without a matching peer or port lets nothing through, and must not read as "all". */
function allow(because: string, peers: Allow['peers'], ports: Allow['ports']): Allow[] {
  return peers.length === 0 || ports.length === 0 ? [] : [{ because, peers, ports }];
}

function numericRange({ protocol = 'TCP', port, endPort }: PolicyPort): PortRange {
  if (typeof port !== 'number') return { protocol, first: 0, last: 65_535 };
  return { protocol, first: port, last: endPort ?? port };
}

function namedRange(endpoint: Endpoint, name: string, protocol: Protocol = 'TCP'): PortRange[] {
  const number = resolvePort(endpoint, name, protocol);
  return number === undefined ? [] : [{ protocol, first: number, last: number }];
}

function peersOf(peers: readonly PolicyPeer[] | undefined, home: string, lookup: Lookup): Peers {
  if (peers === undefined || peers.length === 0) {
    return { addresses: 'anyone', endpoints: () => lookup.endpoints };
  }
  const blocks = peers.flatMap(blocksOf);
  const selected = peers.flatMap((peer) => endpointsOf(peer, home, lookup));
  const addresses = [...selected.map(({ ip }) => `${ip}/32`), ...blocks.map(formatCidr)];
  return {
    // No address is left out by a /0, which an ipset would refuse to hold.
    addresses: blocks.some(({ bits }) => bits === 0) ? 'anyone' : tidy(addresses),
    endpoints: () => {
      const inside = lookup.endpoints.filter(({ ip }) => blocks.some((block) => holds(block, ip)));
      return [...new Set([...selected, ...inside])];
    },
  };
}

function blocksOf({ ipBlock }: PolicyPeer): Cidr[] {
  const block = ipBlock === undefined ? undefined : parseCidr(ipBlock.cidr);
  if (ipBlock === undefined || block === undefined) return [];
  return subtract(
    block,
    (ipBlock.except ?? []).flatMap((text) => parseCidr(text) ?? []),
  );
}

function endpointsOf(
  { podSelector, namespaceSelector }: PolicyPeer,
  home: string,
  { byNamespace, namespaceLabels }: Lookup,
): Endpoint[] {
  if (podSelector === undefined && namespaceSelector === undefined) return [];
  const namespaces =
    namespaceSelector === undefined
      ? [home]
      : [...byNamespace.keys()].filter((name) =>
          matches(namespaceSelector, namespaceLabels.get(name) ?? {}),
        );
  const endpoints = namespaces.flatMap((name) => byNamespace.get(name) ?? []);
  return podSelector === undefined
    ? endpoints
    : endpoints.filter(({ labels }) => matches(podSelector, labels));
}

function holds(block: Cidr, ip: string): boolean {
  const address = parseCidr(ip);
  return address !== undefined && contains(block, address);
}

function title({ metadata }: NetworkPolicy): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function tidy(addresses: readonly string[]): string[] {
  return [...new Set(addresses)].sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
