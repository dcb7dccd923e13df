import { isDeepStrictEqual } from 'node:util';
import { CONDITION, REASON } from '../api/conditions.ts';
import { egressGaps } from '../resources/egress-rules.ts';
import { isOpenToAll } from '../resources/ingress-rules.ts';
import type { PassageInputs } from '../resources/passage.ts';
import type { NetworkPolicy } from './caches.ts';
import type { Verdict } from './conditions.ts';
import type { Outcome } from './outcome.ts';

type Judgement = Omit<Verdict, 'type'>;

/**
 * Whether default deny is in force, and for whom it makes exceptions. Where not all was applied, the policy as
 * it is says that, and not the spec.
 */
export function networkRestriction(
  inputs: PassageInputs,
  outcome: Outcome,
  live: NetworkPolicy | undefined,
): Verdict {
  const judgement = outcome.kind === 'applied' ? applied(inputs) : unapplied(inputs, outcome, live);
  return { type: CONDITION.NetworkRestricted, ...judgement };
}

function unapplied(
  { server }: PassageInputs,
  { message }: Exclude<Outcome, { kind: 'applied' }>,
  live: NetworkPolicy | undefined,
): Judgement {
  const { enabled } = server.spec.networkPolicy;
  if (live === undefined) {
    if (!enabled) return disabled();
    const reason = REASON.NetworkPolicyMissing;
    return { status: 'False', reason, message: `there is no NetworkPolicy yet: ${message}` };
  }
  if (letsEverybodyIn(live)) {
    const open = 'every pod of every namespace may call, by the NetworkPolicy as it is';
    return {
      status: 'False',
      reason: REASON.IngressControllersUnknown,
      message: `${open}: ${message}`,
    };
  }
  const fate = enabled ? 'maybe with the rules of an earlier generation' : 'and is yet to go';
  const inForce = `default deny is in force, ${fate}: ${message}`;
  return { status: 'True', reason: REASON.DefaultDeny, message: inForce };
}

function letsEverybodyIn({ spec }: NetworkPolicy): boolean {
  const peers = spec?.ingress?.flatMap(({ from = [] }) => from) ?? [];
  return peers.some((peer) => isDeepStrictEqual(peer, { namespaceSelector: {} }));
}

function disabled(): Judgement {
  const message = 'spec.networkPolicy.enabled is false, so nothing is denied';
  return { status: 'False', reason: REASON.NetworkPolicyDisabled, message };
}

function applied(inputs: PassageInputs): Judgement {
  if (!inputs.server.spec.networkPolicy.enabled) return disabled();
  const gaps = egressGaps(inputs);
  if (isOpenToAll(inputs)) return openToAll(gaps);
  const reason = gaps.length > 0 ? REASON.DestinationsClosed : REASON.DefaultDeny;
  return { status: 'True', reason, message: [callers(inputs), ...gaps].join('. ') };
}

function openToAll(more: readonly string[]): Judgement {
  const open =
    "every pod of every namespace may call, because spec.ingress.enabled is true and the operator's configuration does not say who the ingress controllers are; set network.ingressControllers of the chart";
  const reason = REASON.IngressControllersUnknown;
  return { status: 'False', reason, message: [open, ...more].join('. ') };
}

/** Who may call, as one sentence. */
function callers({ server: { spec } }: PassageInputs): string {
  const { from = [] } = spec.networkPolicy;
  const who = [
    ...(from.length > 0 ? ['whom spec.networkPolicy.from names'] : []),
    ...(spec.ingress.enabled ? ['the ingress controllers'] : []),
  ];
  return who.length > 0
    ? `only these may call: ${who.join(', and ')}`
    : 'nobody may call: name callers in spec.networkPolicy.from, or enable spec.ingress';
}
