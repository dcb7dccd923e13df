import { describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { eventually } from './api-server.ts';
import { agentManifest, service } from './manifests.ts';
import { operatorSuite } from './operator-suite.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(60_000);

/** Of an image whose pods never become ready. */
const BROKEN = 'broken:1';
const suite = operatorSuite((image) => image !== BROKEN);

type Policy = KubeObject & { spec: object };

const policy = async (): Promise<Policy> => {
  const found = await suite.space.get(KINDS.NetworkPolicy, 'demo');
  if (found === undefined) throw new Error('there is no NetworkPolicy');
  return found as Policy;
};
/** Lines of the reasons that are about what the spec's hosts need. */
async function needs(): Promise<string[]> {
  const { annotations } = (await policy()).metadata;
  const lines = annotations?.['a2a-operator.io/reasons']?.split('\n') ?? [];
  return lines.filter((line) => line.includes(' spec.')).map((line) => line.replace(/^.*?: /, ''));
}
const eventuallyNeeds = (...wanted: string[]): Promise<true> =>
  eventually(`reasons ${JSON.stringify(wanted)}`, async () =>
    JSON.stringify(await needs()) === JSON.stringify(wanted) ? true : undefined,
  );

describe('the NetworkPolicy of a server', () => {
  it('follows the Service that the model URL names, as that comes, changes and goes', async () => {
    const litellm = (targetPort: number | string): ReturnType<typeof service> =>
      service('litellm', { ports: [{ port: 4000, targetPort }] });
    const to = (port: number | string): string =>
      `spec.model.url -> Service litellm in ${suite.space.name}, port ${port}`;
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.serverCondition('NetworkRestricted', {
      status: 'True',
      reason: 'DestinationsClosed',
      says: `spec.model.url: Service litellm in ${suite.space.name} was not found; create it`,
    });
    expect(await needs()).toEqual([]);
    await suite.space.apply(litellm(4010));
    await eventuallyNeeds(to(4010));
    await suite.space.serverCondition('NetworkRestricted', {
      status: 'True',
      reason: 'DefaultDeny',
    });
    await suite.space.apply(litellm('http'));
    await eventuallyNeeds(to('http'));
    await suite.space.kubectl('delete', 'service', 'litellm');
    await eventuallyNeeds();
    await suite.space.serverCondition('NetworkRestricted', {
      status: 'True',
      reason: 'DestinationsClosed',
    });
  });

  it('keeps the ways of pods that serve until others have taken their place', async () => {
    const at = (
      address: string,
      spec: object = {},
    ): ReturnType<typeof suite.space.serverManifest> =>
      suite.space.serverManifest({
        model: { url: `http://${address}:4000`, name: 'gpt' },
        ...spec,
      });
    const to = (address: string): string => `-> address ${address}, port 4000`;
    await suite.space.apply(agentManifest(), at('10.9.0.1'));
    await suite.space.ready();
    await suite.space.apply(at('10.9.0.2', { image: BROKEN }));
    await eventuallyNeeds(
      `spec.model.url ${to('10.9.0.2')}`,
      `spec.model.url of pods that are being replaced ${to('10.9.0.1')}`,
    );
    // Longer than all that a rollout could still be about to do.
    await suite.space.serverCondition('Ready', { status: 'False', reason: 'RollingOut' });
    expect(await needs()).toHaveLength(2);
    await suite.space.apply(at('10.9.0.2'));
    await suite.space.ready();
    await eventuallyNeeds(`spec.model.url ${to('10.9.0.2')}`);
  });

  it('follows Services of other namespaces', async () => {
    const other = await TestNamespace.create(suite.api, `${suite.space.name}-data`);
    const memory = { provider: 'Redis', redis: { url: `redis://redis.${other.name}` } };
    await suite.space.apply(agentManifest(), suite.space.serverManifest({ memory }));
    await suite.space.ready();
    const unknown = `redis.${other.name} at any public address`;
    await eventuallyNeeds(`spec.memory.redis.url -> ${unknown}, port 6379`);
    await other.apply(service('redis', { ports: [{ port: 6379 }] }));
    await eventuallyNeeds(`spec.memory.redis.url -> Service redis in ${other.name}, port 6379`);
    await other.stop();
  });

  it('is written once, whatever it consists of', async () => {
    const networkPolicy = {
      from: [
        { podSelector: {}, namespaceSelector: {} },
        {
          podSelector: {
            matchLabels: { app: 'x' },
            matchExpressions: [
              { key: 'a', operator: 'NotIn', values: ['b', ''] },
              { key: 'c', operator: 'DoesNotExist' },
            ],
          },
        },
        { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
      ],
      to: [
        { namespaceSelector: { matchLabels: { team: 'x' } } },
        {
          ipBlock: { cidr: '0.0.0.0/0' },
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 1, endPort: 65535 },
            { port: 53, protocol: 'SCTP' },
          ],
        },
      ],
    };
    const ingress = { enabled: true, host: `${suite.space.name}.example.com` };
    await suite.space.apply(
      agentManifest(),
      suite.space.serverManifest({ networkPolicy, ingress }),
    );
    await suite.space.ready();
    const before = (await policy()).metadata.resourceVersion;
    await suite.space.apply(
      suite.space.serverManifest({ networkPolicy, ingress, logging: { level: 'Debug' } }),
    );
    await suite.space.ready();
    expect((await policy()).metadata.resourceVersion).toBe(before);
  });

  it.each([
    ['a rule for everybody', '[{"op":"add","path":"/spec/ingress","value":[{}]}]'],
    ['everybody to a rule', '[{"op":"remove","path":"/spec/egress/0/to"}]'],
    ['a peer to a rule', '[{"op":"add","path":"/spec/egress/0/to/-","value":{"podSelector":{}}}]'],
    ['ports to a rule', '[{"op":"add","path":"/spec/egress/0/ports/0/endPort","value":60000}]'],
    ['one direction', '[{"op":"replace","path":"/spec/policyTypes","value":["Ingress"]}]'],
    [
      'a label, so that it holds for no pod',
      '[{"op":"add","path":"/spec/podSelector/matchLabels/x","value":"y"}]',
    ],
  ])('lets nobody be let through by hand: %s', async (_, patch) => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    const { spec } = await policy();
    await suite.space.kubectl('patch', 'networkpolicy', 'demo', '--type=json', '-p', patch);
    const generation = (await policy()).metadata.generation;
    expect(generation).toBeGreaterThan(1);
    await eventually('the repair', async () =>
      JSON.stringify((await policy()).spec) === JSON.stringify(spec) ? true : undefined,
    );
  });

  it('goes when the spec says so, comes back, and the condition tells', async () => {
    const server = (enabled: boolean): ReturnType<typeof suite.space.serverManifest> =>
      suite.space.serverManifest({ networkPolicy: { enabled } });
    await suite.space.apply(agentManifest(), server(false));
    await suite.space.serverCondition('NetworkRestricted', {
      status: 'False',
      reason: 'NetworkPolicyDisabled',
    });
    await suite.space.ready();
    expect(await suite.space.get(KINDS.NetworkPolicy, 'demo')).toBeUndefined();
    await suite.space.apply(server(true));
    await suite.space.serverCondition('NetworkRestricted', { status: 'True' });
    await suite.space.apply(server(false));
    await eventually('the policy going', async () =>
      (await suite.space.get(KINDS.NetworkPolicy, 'demo')) === undefined ? true : undefined,
    );
  });

  it('does not exist while somebody else has its name, and the condition tells', async () => {
    const spec = { podSelector: {} };
    const metadata = { name: 'demo' };
    const foreign = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec };
    await suite.space.apply(foreign, agentManifest(), suite.space.serverManifest());
    await suite.space.serverCondition('NetworkRestricted', {
      status: 'False',
      reason: 'NetworkPolicyMissing',
      says: 'NetworkPolicy "demo" exists in namespace',
    });
    await suite.space.kubectl('delete', 'networkpolicy', 'demo');
    await suite.space.serverCondition('NetworkRestricted', { status: 'True' });
  });

  it('is open to all namespaces when nobody knows the ingress controllers', async () => {
    const ingress = { enabled: true, host: `${suite.space.name}.example.com` };
    await suite.space.apply(agentManifest(), suite.space.serverManifest({ ingress }));
    await suite.space.serverCondition('NetworkRestricted', {
      status: 'False',
      reason: 'IngressControllersUnknown',
      says: 'set network.ingressControllers of the chart',
    });
    await suite.space.ready();
  });
});
