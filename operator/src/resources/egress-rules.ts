import { declaredEndpoints, egressDestinations } from './egress-destinations.ts';
import type { Destination } from './egress-destinations.ts';
import { ruleFor, tcp } from './network-rule.ts';
import type { NetworkPort, NetworkRule } from './network-rule.ts';
import { passage } from './passage.ts';
import type { PassageInputs } from './passage.ts';

/**
 * Whom the pods may reach: DNS, what the spec needs, what it names. Pods that were started with an earlier spec
 * serve until others are ready, and end their work after that: what they need stays open until they are gone.
 */
export function egressRules(inputs: PassageInputs): NetworkRule[] {
  const { to = [] } = inputs.server.spec.networkPolicy;
  const destinations = [...declared(inputs), ...leftOver(inputs)];
  return [
    ...dnsRule(inputs),
    ...distinct(destinations.flatMap((one) => passage(one, inputs).rules)),
    ...to.flatMap(({ ports, ...peer }, index) =>
      ruleFor([peer], { ...(ports && { ports }), reason: `spec.networkPolicy.to[${index}]` }),
    ),
  ];
}

/** What the spec needs and the rules do not, or may not, let through; each with its remedy. */
export function egressGaps(inputs: PassageInputs): string[] {
  return [...new Set(declared(inputs).flatMap((one) => passage(one, inputs).gap ?? []))];
}

function declared({ server }: PassageInputs): Destination[] {
  return egressDestinations(declaredEndpoints(server));
}

/** What only pods of an earlier spec need. */
function leftOver(inputs: PassageInputs): Destination[] {
  const wanted = new Set(declared(inputs).map(addressOf));
  return inputs.running
    .flatMap(egressDestinations)
    .filter((one) => !wanted.has(addressOf(one)))
    .map((one) => ({ ...one, field: `${one.field} of pods that are being replaced` }));
}

function addressOf({ host, port, namesMembers }: Destination): string {
  return JSON.stringify([host, port, namesMembers]);
}

function dnsRule({ settings }: PassageInputs): NetworkRule[] {
  const { peers, ports } = settings.network.dns;
  const both = ports.flatMap((port): NetworkPort[] => [{ protocol: 'UDP', port }, tcp(port)]);
  return ruleFor(peers, { ports: both, reason: `DNS, port ${ports.join(', ')}` });
}

/** Several members of a Redis may be behind one Service. */
function distinct(rules: readonly NetworkRule[]): NetworkRule[] {
  return [...new Map(rules.map((rule) => [rule.reason, rule])).values()];
}
