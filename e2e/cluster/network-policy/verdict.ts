import { contains, parseCidr } from './cidr.ts';
import type { Protocol } from './objects.ts';
import type { Allow, PolicedPod } from './rules.ts';

/** A new connection; addresses and port are those after a Service's translation. */
export interface Connection {
  /** An address, or 'node' for the node itself, whose packets never cross FORWARD. */
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol | 'ICMP';
  readonly port?: number;
}

/** 'allowed', or which side refused, with the pod's name: `egress of ns/pod`. */
export type Verdict = 'allowed' | `egress of ${string}` | `ingress of ${string}`;

/**
 * What the rules say about a connection: the specification that the packet filter is held to. It
 * reads the same model as the iptables text, so that tables of cases need neither root nor a kernel.
 */
export function verdict(pods: readonly PolicedPod[], connection: Connection): Verdict {
  const { from, to } = connection;
  // A pod can always reach itself, and the node can always reach its pods (probes).
  if (from === 'node' || from === to) return 'allowed';
  const source = pods.find(({ ip }) => ip === from);
  if (source !== undefined && !passes(source.egress, to, connection)) {
    return `egress of ${source.name}`;
  }
  const target = pods.find(({ ip }) => ip === to);
  if (target !== undefined && !passes(target.ingress, from, connection)) {
    return `ingress of ${target.name}`;
  }
  return 'allowed';
}

function passes(
  allows: readonly Allow[] | undefined,
  peer: string,
  connection: Connection,
): boolean {
  return (
    allows?.some(({ peers, ports }) => covers(peers, peer) && opens(ports, connection)) ?? true
  );
}

function covers(peers: Allow['peers'], address: string): boolean {
  const wanted = parseCidr(address);
  if (peers === 'anyone') return true;
  return peers.some((text) => {
    const block = parseCidr(text);
    return block !== undefined && wanted !== undefined && contains(block, wanted);
  });
}

function opens(ports: Allow['ports'], { protocol, port }: Connection): boolean {
  if (ports === 'any') return true;
  return ports.some(
    (range) =>
      range.protocol === protocol &&
      port !== undefined &&
      range.first <= port &&
      port <= range.last,
  );
}
