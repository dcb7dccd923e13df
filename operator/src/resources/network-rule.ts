import type { A2AServerSpec } from '../api/a2aserver.ts';

/** Who may talk, or be talked to: Kubernetes' NetworkPolicyPeer, as the API of servers has it. */
export type NetworkPeer = NonNullable<A2AServerSpec['networkPolicy']['from']>[number];

export interface NetworkPort {
  protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Where the pods listen: a number, or the name that they give to it. */
  port: number | string;
  endPort?: number;
}

/** Traffic that is let through, and why. */
export interface NetworkRule {
  /** Never empty: to Kubernetes a rule without peers is one for everybody. */
  peers: readonly [NetworkPeer, ...NetworkPeer[]];
  /** Every port when absent. */
  ports?: readonly NetworkPort[];
  /** What asks for it, and for whom it is. */
  reason: string;
}

/** What is let through to a destination, and what is not or may not be. */
export interface Passage {
  rules: NetworkRule[];
  /** What is closed although the spec needs it, and the remedy. */
  gap?: string;
}

/** The rule for some peers; none when there are no peers. */
export function ruleFor(
  peers: readonly NetworkPeer[],
  rule: Omit<NetworkRule, 'peers'>,
): NetworkRule[] {
  const [first, ...others] = peers;
  return first === undefined ? [] : [{ peers: [first, ...others], ...rule }];
}

export function tcp(port: number | string): NetworkPort {
  return { protocol: 'TCP', port };
}

/** The pods of a namespace; all of them, or those with these labels. */
export function podsOf(namespace: string, labels?: Record<string, string>): NetworkPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(labels !== undefined && { podSelector: { matchLabels: labels } }),
  };
}
