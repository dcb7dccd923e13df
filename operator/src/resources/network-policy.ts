import type { KubeObject } from '../api/object.ts';
import { REASONS_ANNOTATION, childNames, selectorLabels } from '../names.ts';
import { egressRules } from './egress-rules.ts';
import { ingressRules } from './ingress-rules.ts';
import type { Inputs } from './inputs.ts';
import type { NetworkPeer, NetworkPort, NetworkRule } from './network-rule.ts';
import { ownedMeta } from './server-object.ts';

interface Rule {
  from?: readonly NetworkPeer[];
  to?: readonly NetworkPeer[];
  ports?: readonly NetworkPort[];
}

/** As it is written: client-node's type has other names for what JavaScript reserves. */
interface NetworkPolicyObject extends KubeObject {
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    policyTypes: readonly ('Ingress' | 'Egress')[];
    ingress: readonly Rule[];
    egress: readonly Rule[];
  };
}

/** Default deny both ways, and what the spec needs; an annotation says why each rule is there. */
export function networkPolicy(inputs: Inputs): NetworkPolicyObject | undefined {
  const { server } = inputs;
  if (!server.spec.networkPolicy.enabled) return undefined;
  const { name } = server.metadata;
  const ingress = ingressRules(inputs);
  const egress = egressRules(inputs);
  const reasons = [...reasonsOf('ingress', ingress), ...reasonsOf('egress', egress)].join('\n');
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMeta(server, childNames.networkPolicy(name), { [REASONS_ANNOTATION]: reasons }),
    spec: {
      podSelector: { matchLabels: selectorLabels(name) },
      policyTypes: ['Ingress', 'Egress'],
      // Also when it is empty: what is not stated, an apply does not take away from others.
      ingress: ingress.map((rule) => written('from', rule)),
      egress: egress.map((rule) => written('to', rule)),
    },
  };
}

function written(side: 'from' | 'to', { peers, ports }: NetworkRule): Rule {
  return { [side]: peers, ...(ports && { ports }) };
}

/** One line a rule, numbered as the policy has them. */
function reasonsOf(direction: string, rules: readonly NetworkRule[]): string[] {
  return rules.map(({ reason }, index) => `${direction} ${index + 1}: ${reason}`);
}
