import { describe, expect, it } from '@jest/globals';
import { aServer, settings } from '../../test/builders.ts';
import type { NetworkSettings } from './inputs.ts';
import { networkPolicy } from './network-policy.ts';

const INGRESS = { ingress: { enabled: true, host: 'demo.example.com' } };
const FROM = { from: [{ podSelector: { matchLabels: { app: 'caller' } } }] };

function policyOf(
  spec: object,
  network: Partial<NetworkSettings> = {},
): ReturnType<typeof networkPolicy> {
  const inputs = { settings: settings(network), agentFiles: {}, running: [], services: [] };
  return networkPolicy({ ...inputs, server: aServer(spec) });
}

/** Who may reach which port, as the reasons say it. */
function reasons(spec: object, network: Partial<NetworkSettings> = {}): string[] {
  const annotation = policyOf(spec, network)?.metadata.annotations?.['a2a-operator.io/reasons'];
  return (annotation ?? '').split('\n').filter((line) => line.startsWith('ingress '));
}

const OPERATOR = 'the operator, which asks pods for their status, port 9090';
const MONITORING = "monitoring, by the operator's configuration, port 9090";
const FROM_SPEC = 'spec.networkPolicy.from, port 3000';
const CONTROLLERS =
  "spec.ingress -> ingress controllers of the operator's configuration, port 3000";
const EVERYBODY =
  "spec.ingress -> every namespace, because the operator's configuration names no ingress controllers, port 3000";

describe('who may reach a server', () => {
  it.each([
    { what: 'nobody asks for more', spec: {}, network: {}, may: [OPERATOR, MONITORING] },
    {
      what: 'callers are named',
      spec: { networkPolicy: FROM },
      network: {},
      may: [FROM_SPEC, OPERATOR, MONITORING],
    },
    {
      what: 'an empty list names nobody',
      spec: { networkPolicy: { from: [] } },
      network: {},
      may: [OPERATOR, MONITORING],
    },
    { what: 'an Ingress', spec: INGRESS, network: {}, may: [CONTROLLERS, OPERATOR, MONITORING] },
    {
      what: 'an Ingress whose controllers nobody knows',
      spec: INGRESS,
      network: { ingressControllers: [] },
      may: [EVERYBODY, OPERATOR, MONITORING],
    },
    {
      what: 'no metrics: the operator still asks for the status',
      spec: { metrics: { enabled: false } },
      network: {},
      may: [OPERATOR],
    },
    {
      what: 'an operator outside of the cluster, and no monitoring',
      spec: {},
      network: { operator: [], monitoring: [] },
      may: [],
    },
  ])('$what', ({ spec, network, may }) => {
    expect(reasons(spec, network)).toEqual(may.map((one, index) => `ingress ${index + 1}: ${one}`));
    // To Kubernetes, a rule without peers lets everybody in.
    const rules = policyOf(spec, network)?.spec.ingress ?? [];
    expect(rules).toHaveLength(may.length);
    for (const { from } of rules) expect(from).not.toHaveLength(0);
  });

  it('is by the port on which metrics are', () => {
    expect(reasons({ metrics: { port: 9191 } })[0]).toContain('port 9191');
  });
});

it('there is none when the spec says so', () => {
  expect(policyOf({ networkPolicy: { enabled: false, ...FROM } })).toBeUndefined();
});

it('both directions are denied where no rule is', () => {
  const silent = { operator: [], monitoring: [], dns: { peers: [], ports: [53] } };
  const policy = policyOf({ model: { url: 'http://localhost', name: 'gpt' } }, silent);
  expect(policy?.spec).toEqual({
    podSelector: {
      matchLabels: { 'app.kubernetes.io/name': 'a2a-server', 'app.kubernetes.io/instance': 'demo' },
    },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [],
  });
});
