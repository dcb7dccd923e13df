import { describe, expect, it } from '@jest/globals';
import { aServer, settings } from '../../test/builders.ts';
import { egressGaps, egressRules } from './egress-rules.ts';
import type { PassageInputs } from './passage.ts';
import type { ServiceView } from './service-passage.ts';

function service(name: string, namespace: string, spec: object): ServiceView {
  const selector = { app: name };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector, ...spec },
  };
}
const inputs = (
  spec: object,
  services: ServiceView[],
  visibleNamespace?: string,
): PassageInputs => ({
  server: aServer(spec),
  services,
  running: [],
  settings: settings({
    clusterRanges: ['203.0.113.0/24', '2001:db8::/32'],
    ...(visibleNamespace !== undefined && { visibleNamespace }),
  }),
});

/** The rules without that for DNS: `peers:ports`. */
function opened(from: PassageInputs): string[] {
  return egressRules(from)
    .slice(1)
    .map(({ peers, ports }) => {
      const words = peers.map((peer) => JSON.stringify(peer));
      return `${words.join(' ')}: ${ports?.map(({ port }) => port).join(' ') ?? 'any'}`;
    });
}
const pods = (namespace: string, app?: string): string =>
  JSON.stringify({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(app !== undefined && { podSelector: { matchLabels: { app } } }),
  });
const PUBLIC =
  '{"ipBlock":{"cidr":"0.0.0.0/0","except":["0.0.0.0/8","10.0.0.0/8","100.64.0.0/10","127.0.0.0/8","169.254.0.0/16","172.16.0.0/12","192.168.0.0/16","224.0.0.0/4","203.0.113.0/24"]}} ' +
  '{"ipBlock":{"cidr":"::/0","except":["::1/128","fc00::/7","fe80::/10","ff00::/8","2001:db8::/32"]}}';

const model = (url: string): object => ({ model: { url, name: 'gpt' } });
const redis = (url: string, mode: string): object => ({
  ...model('http://localhost'),
  memory: { provider: 'Redis', redis: { url, mode } },
});
const http = { ports: [{ port: 4000, targetPort: 4010 }] };

describe('the way to a host is open', () => {
  it.each<{ what: string; spec: object; services?: ServiceView[]; open: string[] }>([
    {
      what: 'to the pods of its Service, where they listen',
      spec: model('http://litellm.ai:4000'),
      services: [service('litellm', 'ai', http)],
      open: [`${pods('ai', 'litellm')}: 4010`],
    },
    {
      what: 'to a port that the pods name themselves',
      spec: model('http://litellm:4000'),
      services: [service('litellm', 'team', { ports: [{ port: 4000, targetPort: 'http' }] })],
      open: [`${pods('team', 'litellm')}: http`],
    },
    {
      what: "to the Service's port, where it maps none",
      spec: model('http://litellm.ai.svc.cluster.local'),
      services: [service('litellm', 'ai', { ports: [{ port: 81 }, { port: 80 }] })],
      open: [`${pods('ai', 'litellm')}: 80`],
    },
    {
      what: 'to the port of the URL, where a headless Service translates nothing',
      spec: model('http://litellm.ai:4000'),
      services: [service('litellm', 'ai', { ...http, clusterIP: 'None' })],
      open: [`${pods('ai', 'litellm')}: 4000`],
    },
    {
      what: 'by the name of a pod, once for all pods of one Service',
      spec: redis('redis://r-0.redis.data.svc:6379,redis://r-1.redis.data.svc:6379', 'Cluster'),
      services: [
        service('redis', 'data', { clusterIP: 'None', ports: [{ port: 6379 }, { port: 16379 }] }),
      ],
      open: [`${pods('data', 'redis')}: 6379 16379`],
    },
    {
      what: 'to pods of the own namespace and to a Service of that namespace, as a resolver tries both',
      spec: redis('redis://r-0.redis:6379', 'Standalone'),
      services: [
        service('r-0', 'redis', { ports: [{ port: 6379 }] }),
        service('redis', 'team', { clusterIP: 'None' }),
      ],
      open: [`${pods('team', 'redis')}: 6379`, `${pods('redis', 'r-0')}: 6379`],
    },
    {
      what: 'not by the name of a pod that its Service does not give',
      spec: redis('redis://r-0.redis:6379', 'Standalone'),
      services: [
        service('r-0', 'redis', { ports: [{ port: 6379 }] }),
        service('redis', 'team', { clusterIP: '10.96.0.7' }),
      ],
      open: [`${pods('redis', 'r-0')}: 6379`],
    },
    {
      what: 'to every TCP port of a Service behind which members are found',
      spec: redis('redis://sentinel.data', 'Sentinel'),
      services: [
        service('sentinel', 'data', {
          ports: [
            { port: 26379, targetPort: 'sentinel' },
            { port: 6379, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        }),
      ],
      open: [`${pods('data', 'sentinel')}: sentinel 6379`],
    },
    {
      what: 'to what a Service only stands for, if that is outside of the cluster',
      spec: model('https://models.ai'),
      services: [
        service('models', 'ai', { type: 'ExternalName', externalName: 'api.example.com' }),
      ],
      open: [`${PUBLIC}: 443`],
    },
    {
      what: 'to an address',
      spec: model('http://10.1.2.3:4000'),
      open: ['{"ipBlock":{"cidr":"10.1.2.3/32"}}: 4000'],
    },
    {
      what: 'to an address of IPv6',
      spec: model('http://[fd00::1]:4000'),
      open: ['{"ipBlock":{"cidr":"fd00::1/128"}}: 4000'],
    },
    {
      what: 'to every public address where only a name tells which, and to no private one',
      spec: model('https://api.openai.com'),
      open: [`${PUBLIC}: 443`],
    },
    {
      what: 'to every public address while no Service has the name',
      spec: model('http://litellm.ai:4000'),
      services: [service('litellm', 'elsewhere', http)],
      open: [`${PUBLIC}: 4000`],
    },
  ])('$what', ({ spec, services = [], open }) => {
    const from = inputs(spec, services);
    expect([opened(from), egressGaps(from)]).toEqual([open, []]);
  });
});

describe('the way to a host is closed, and it is said what to do, when', () => {
  it.each<{ what: string; url?: string; services?: ServiceView[]; gap: string }>([
    {
      what: 'there is no Service of the name',
      url: 'http://litellm:4000',
      gap: 'spec.model.url: Service litellm in team was not found; create it, or add what "litellm" means to spec.networkPolicy.to',
    },
    {
      what: 'there is no Service of the complete name',
      url: 'http://litellm.ai.svc:4000',
      gap: 'spec.model.url: Service litellm in ai was not found; create it, or add what "litellm.ai.svc" means to spec.networkPolicy.to',
    },
    {
      what: 'the Service does not tell its pods',
      services: [service('litellm', 'ai', { ...http, selector: undefined })],
      gap: 'spec.model.url: Service litellm in ai has no selector that tells its pods; add the addresses behind it to spec.networkPolicy.to',
    },
    {
      what: 'the Service has no such port',
      services: [service('litellm', 'ai', { ports: [{ port: 80 }] })],
      gap: 'spec.model.url: Service litellm in ai has no TCP port 4000; correct it',
    },
    {
      what: 'the port is of another protocol',
      services: [service('litellm', 'ai', { ports: [{ port: 4000, protocol: 'UDP' }] })],
      gap: 'spec.model.url: Service litellm in ai has no TCP port 4000; correct it',
    },
    {
      what: 'the Service only stands for another one',
      services: [
        service('litellm', 'ai', { type: 'ExternalName', externalName: 'x.y.svc.cluster.local.' }),
      ],
      gap: 'spec.model.url: Service litellm in ai only stands for x.y.svc.cluster.local; use that name there',
    },
  ])('$what', ({ url = 'http://litellm.ai:4000', services = [], gap }) => {
    const from = inputs(model(url), services);
    expect([opened(from), egressGaps(from)]).toEqual([[], [gap]]);
  });
});

describe('where the operator may look at the namespace team only', () => {
  const narrow = (url: string, services: ServiceView[] = []): PassageInputs =>
    inputs(model(url), services, 'team');

  it("a Service of another one is open on the URL's port, and the doubt is told", () => {
    const from = narrow('http://litellm.ai.svc:4000');
    expect(opened(from)).toEqual([`${pods('ai')}: 4000`]);
    expect(egressGaps(from)).toEqual([
      'spec.model.url: the operator may not look at Service litellm in ai, so only port 4000 of the pods there is open; if they listen on another one, add it to spec.networkPolicy.to',
    ]);
  });

  it('a name that may be a Service or a domain is open as both', () => {
    const from = narrow('http://litellm.ai:4000');
    expect(opened(from)).toEqual([`${pods('ai')} ${PUBLIC}: 4000`]);
    expect(egressGaps(from)).toEqual([]);
  });

  it('domains and Services of the namespace are as anywhere', () => {
    expect(opened(narrow('https://api.openai.com'))).toEqual([`${PUBLIC}: 443`]);
    const here = narrow('http://litellm.team:4000', [service('litellm', 'team', http)]);
    expect(opened(here)).toEqual([`${pods('team', 'litellm')}: 4010`]);
    expect(opened(narrow('http://litellm:4000'))).toEqual([]);
  });
});

it('reasons say what asks for a rule and whom it is for', () => {
  const networkPolicy = {
    to: [{ podSelector: {} }, { ipBlock: { cidr: '192.0.2.0/24' }, ports: [{ port: 443 }] }],
  };
  const from = inputs({ ...model('http://litellm.ai:4000'), networkPolicy }, [
    service('litellm', 'ai', http),
  ]);
  expect(egressRules(from).map(({ reason }) => reason)).toEqual([
    'DNS, port 53',
    'spec.model.url -> Service litellm in ai, port 4010',
    'spec.networkPolicy.to[0]',
    'spec.networkPolicy.to[1]',
  ]);
  expect(opened(from).slice(1)).toEqual([
    '{"podSelector":{}}: any',
    '{"ipBlock":{"cidr":"192.0.2.0/24"}}: 443',
  ]);
});

describe('what pods were started with that are being replaced', () => {
  const now = {
    modelUrl: 'http://litellm.ai:4000',
    redis: { url: 'redis://redis', mode: 'standalone' },
  };
  const before = {
    modelUrl: 'http://10.0.0.9:4000',
    redis: { url: 'redis://10.0.0.8', mode: 'sentinel' },
  };
  const spec = {
    model: { url: now.modelUrl, name: 'gpt' },
    memory: { provider: 'Redis', redis: { url: now.redis.url } },
  };
  const reasons = (running: PassageInputs['running']): string[] =>
    egressRules({ ...inputs(spec, []), running }).map(({ reason }) => reason);

  it('stays open until they are gone', () => {
    expect(reasons([before, now]).slice(-2)).toEqual([
      'spec.model.url of pods that are being replaced -> address 10.0.0.9, port 4000',
      'spec.memory.redis.url of pods that are being replaced -> address 10.0.0.8, port 26379',
    ]);
  });

  it('is no rule of its own when it is what the spec says', () => {
    expect(reasons([now, now])).toEqual(reasons([]));
  });

  it('is no gap: nobody has to mend it', () => {
    const running = [{ modelUrl: 'http://gone' }];
    expect(egressGaps({ ...inputs(spec, []), running })).toEqual(egressGaps(inputs(spec, [])));
  });
});
