import { egressDestinations } from './egress-destinations.ts';
import { ruleFor, tcp } from './network-rule.ts';
import type { NetworkPort, NetworkRule, Passage } from './network-rule.ts';
import { passage } from './passage.ts';
import type { PassageInputs } from './passage.ts';

/** Whom the pods may reach: DNS, what the spec needs, what it names. */
export function egressRules(inputs: PassageInputs): NetworkRule[] {
  const { to = [] } = inputs.server.spec.networkPolicy;
  return [
    ...dnsRule(inputs),
    ...distinct(passages(inputs).flatMap(({ rules }) => rules)),
    ...to.flatMap(({ ports, ...peer }, index) =>
      ruleFor([peer], { ...(ports && { ports }), reason: `spec.networkPolicy.to[${index}]` }),
    ),
  ];
}

/** What the spec needs and the rules do not, or may not, let through; each with its remedy. */
export function egressGaps(inputs: PassageInputs): string[] {
  return [...new Set(passages(inputs).flatMap(({ gap }) => gap ?? []))];
}

function passages(inputs: PassageInputs): Passage[] {
  return egressDestinations(inputs.server).map((destination) => passage(destination, inputs));
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
