import { describe, expect, it } from '@jest/globals';
import { aServer, settings } from '../../test/builders.ts';
import type { NetworkSettings } from '../resources/inputs.ts';
import type { NetworkPolicy } from './caches.ts';
import { networkRestriction } from './network-restriction.ts';
import type { Outcome } from './outcome.ts';

const INGRESS = { ingress: { enabled: true, host: 'demo.example.com' } };
const FROM = { networkPolicy: { from: [{ podSelector: {} }] } };
/** Has no destination that could be closed. */
const NO_DESTINATION = { model: { url: 'http://10.0.0.1', name: 'gpt' } };
const APPLIED: Outcome = { kind: 'applied' };
const STALLED: Outcome = { kind: 'stalled', reason: 'NameTaken', message: 'taken' };

const policy = (from: object): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'demo' },
  spec: { ingress: [{ from: [from] }] },
});
const CLOSED = policy({ podSelector: {} });
const OPEN = policy({ namespaceSelector: {} });

function judged(
  spec: object,
  {
    network = {},
    outcome = APPLIED,
    live = CLOSED,
  }: { network?: Partial<NetworkSettings>; outcome?: Outcome; live?: NetworkPolicy | null } = {},
): string {
  const server = aServer({ ...NO_DESTINATION, ...spec });
  const inputs = { server, settings: settings(network), running: [], services: [] };
  const { type, status, reason, message } = networkRestriction(inputs, outcome, live ?? undefined);
  return `${type}=${status} ${reason}: ${message}`;
}

describe('whether the network of a server is restricted', () => {
  it.each([
    {
      what: 'by default',
      is: judged({}),
      says: 'True DefaultDeny: nobody may call: name callers in spec.networkPolicy.from, or enable spec.ingress',
    },
    {
      what: 'with callers',
      is: judged(FROM),
      says: 'True DefaultDeny: only these may call: whom spec.networkPolicy.from names',
    },
    {
      what: 'with an Ingress and callers',
      is: judged({ ...FROM, ...INGRESS }),
      says: 'True DefaultDeny: only these may call: whom spec.networkPolicy.from names, and the ingress controllers',
    },
    {
      what: 'with an Ingress whose controllers nobody knows',
      is: judged(INGRESS, { network: { ingressControllers: [] } }),
      says: "False IngressControllersUnknown: every pod of every namespace may call, because spec.ingress.enabled is true and the operator's configuration does not say who the ingress controllers are; set network.ingressControllers of the chart",
    },
    {
      what: 'with that, and a destination that is not found',
      is: judged(
        { ...INGRESS, model: { url: 'http://litellm', name: 'gpt' } },
        { network: { ingressControllers: [] } },
      ),
      says: `False IngressControllersUnknown: every pod of every namespace may call, because spec.ingress.enabled is true and the operator's configuration does not say who the ingress controllers are; set network.ingressControllers of the chart. spec.model.url: Service litellm in team was not found; create it, or add what "litellm" means to spec.networkPolicy.to`,
    },
    {
      what: 'without an Ingress unknown controllers matter to nobody',
      is: judged(FROM, { network: { ingressControllers: [] } }),
      says: 'True DefaultDeny: only these may call: whom spec.networkPolicy.from names',
    },
    {
      what: 'with a destination that is not found',
      is: judged({ ...FROM, model: { url: 'http://litellm', name: 'gpt' } }),
      says: 'True DestinationsClosed: only these may call: whom spec.networkPolicy.from names. spec.model.url: Service litellm in team was not found; create it, or add what "litellm" means to spec.networkPolicy.to',
    },
    {
      what: 'without a policy, by wish',
      is: judged({ networkPolicy: { enabled: false } }),
      says: 'False NetworkPolicyDisabled: spec.networkPolicy.enabled is false, so nothing is denied',
    },
    {
      what: 'while nothing could be applied, although every namespace may call all the same',
      is: judged(FROM, { outcome: STALLED, live: OPEN }),
      says: 'False IngressControllersUnknown: every pod of every namespace may call, by the NetworkPolicy as it is: taken',
    },
    {
      what: 'while a policy that nobody wants any more could not be taken away',
      is: judged({ networkPolicy: { enabled: false } }, { outcome: STALLED }),
      says: 'True DefaultDeny: default deny is in force, and is yet to go: taken',
    },
    {
      what: 'while nothing could be applied of a spec that opens more than there is',
      is: judged(INGRESS, { network: { ingressControllers: [] }, outcome: STALLED }),
      says: 'True DefaultDeny: default deny is in force, maybe with the rules of an earlier generation: taken',
    },
    {
      what: 'without a policy, by wish, while nothing could be applied',
      is: judged({ networkPolicy: { enabled: false } }, { outcome: STALLED, live: null }),
      says: 'False NetworkPolicyDisabled: spec.networkPolicy.enabled is false, so nothing is denied',
    },
    {
      what: 'while nothing could be applied',
      is: judged(FROM, { outcome: STALLED, live: null }),
      says: 'False NetworkPolicyMissing: there is no NetworkPolicy yet: taken',
    },
    {
      what: 'while a new generation could not be applied',
      is: judged(FROM, { outcome: STALLED }),
      says: 'True DefaultDeny: default deny is in force, maybe with the rules of an earlier generation: taken',
    },
  ])('$what', ({ is, says }) => {
    expect(is).toBe(`NetworkRestricted=${says}`);
  });
});
