import { CONDITION, REASON } from '../api/conditions.ts';
import { egressGaps } from '../resources/egress-rules.ts';
import { isOpenToAll } from '../resources/ingress-rules.ts';
import type { PassageInputs } from '../resources/passage.ts';
import type { Verdict } from './conditions.ts';
import type { Outcome } from './outcome.ts';

type Judgement = Omit<Verdict, 'type'>;

/**
 * Whether default deny is in force, and for whom it makes exceptions. `isThere`: the server's NetworkPolicy
 * exists, in this version or, where not all was applied, in an earlier one.
 */
export function networkRestriction(
  inputs: PassageInputs,
  outcome: Outcome,
  isThere: boolean,
): Verdict {
  const judgement =
    disabled(inputs) ??
    (outcome.kind === 'applied' ? applied(inputs) : unapplied(inputs, outcome, isThere));
  return { type: CONDITION.NetworkRestricted, ...judgement };
}

function disabled({ server }: PassageInputs): Judgement | undefined {
  if (server.spec.networkPolicy.enabled) return undefined;
  const message = 'spec.networkPolicy.enabled is false, so nothing is denied';
  return { status: 'False', reason: REASON.NetworkPolicyDisabled, message };
}

function unapplied(
  inputs: PassageInputs,
  { message }: Exclude<Outcome, { kind: 'applied' }>,
  isThere: boolean,
): Judgement {
  if (!isThere) {
    const reason = REASON.NetworkPolicyMissing;
    return { status: 'False', reason, message: `there is no NetworkPolicy yet: ${message}` };
  }
  if (isOpenToAll(inputs)) return openToAll([message]);
  const earlier = 'default deny is in force, maybe with the rules of an earlier generation';
  return { status: 'True', reason: REASON.DefaultDeny, message: `${earlier}: ${message}` };
}

function applied(inputs: PassageInputs): Judgement {
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
