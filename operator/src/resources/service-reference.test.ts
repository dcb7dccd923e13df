import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import { declaredEndpoints } from './egress-destinations.ts';
import { referencedServices, serviceReference } from './service-reference.ts';

/** `name.namespace`; of a pod's name with the pod in front. */
const meant = (host: string, domain = 'cluster.local'): [string[], boolean] => {
  const { candidates, isCertain } = serviceReference(host, 'team', domain);
  const names = candidates.map(
    ({ name, namespace, isOfPod }) => `${isOfPod ? 'pod of ' : ''}${name}.${namespace}`,
  );
  return [names, isCertain];
};

describe('what a host name means to the pods of the namespace team', () => {
  it.each([
    ['redis', ['redis.team'], true, 'one word is a Service of the own namespace'],
    ['redis.data', ['pod of data.team', 'redis.data'], false, 'as well as a domain like redis.io'],
    ['redis.data.svc', ['redis.data'], true, 'nothing else ends in svc'],
    ['redis.data.svc.cluster.local', ['redis.data'], true, 'the complete name'],
    ['redis.data.svc.cluster.local.', ['redis.data'], true, 'with the dot that completes it'],
    ['r-0.redis.data.svc', ['pod of redis.data'], true, 'a pod of a StatefulSet'],
    ['r-0.redis.data.svc.cluster.local', ['pod of redis.data'], true, 'its complete name'],
    ['r-0.redis.data', ['pod of redis.data'], false, 'as well as a domain like api.openai.com'],
    ['redis.data.svc.clusterset.local', [], false, 'another cluster'],
    ['a.b.c.d', [], false, 'more words than a name of the cluster has'],
    ['api.openai.com.', [], false, 'complete, and not of this cluster'],
    ['redis.', [], false, 'complete, and one word'],
  ])('%s: %j, certain: %s (%s)', (host, candidates, isCertain) => {
    expect(meant(host)).toEqual([candidates, isCertain]);
  });

  it('follows the domain of the cluster', () => {
    expect(meant('redis.data.svc.example.org', 'example.org')).toEqual([['redis.data'], true]);
    expect(meant('redis.data.svc.cluster.local', 'example.org')).toEqual([[], false]);
  });
});

describe('the Services that a server may mean', () => {
  it('are of any domain, and each once', () => {
    const server = aServer({
      model: { url: 'http://litellm.ai.svc.example.org:4000', name: 'gpt' },
      memory: {
        provider: 'Redis',
        redis: { url: 'redis://r-0.redis:6379,redis://r-1.redis:6379', mode: 'Cluster' },
      },
    });
    expect(
      referencedServices(server, [declaredEndpoints(server)]).map(
        ({ name, namespace }) => `${name}.${namespace}`,
      ),
    ).toEqual(['litellm.ai', 'redis.team', 'r-0.redis', 'r-1.redis']);
  });
});
