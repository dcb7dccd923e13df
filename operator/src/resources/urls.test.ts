import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import { agentUrl, publicUrl } from './urls.ts';

const ingress = { enabled: true, host: 'agents.example.com' };

describe('the URL that cards advertise', () => {
  it.each([
    {
      from: "the Service's name, which callers inside the cluster reach",
      spec: {},
      url: 'http://demo.team.svc.example.org',
    },
    {
      from: 'the Service, with a port that is not the usual one',
      spec: { service: { port: 8080 } },
      url: 'http://demo.team.svc.example.org:8080',
    },
    { from: 'the Ingress', spec: { ingress }, url: 'http://agents.example.com' },
    {
      from: 'the Ingress, with its certificate',
      spec: { ingress: { ...ingress, tlsSecretName: 'tls' } },
      url: 'https://agents.example.com',
    },
    {
      from: 'the Service, while the Ingress is not enabled',
      spec: { ingress: { ...ingress, enabled: false } },
      url: 'http://demo.team.svc.example.org',
    },
    {
      from: 'publicUrl, whatever else there is, without a slash at its end',
      spec: { ingress, publicUrl: 'https://gateway.example.com/team/' },
      url: 'https://gateway.example.com/team',
    },
  ])('comes from $from', ({ spec, url }) => {
    const found = publicUrl(aServer(spec), 'example.org');
    expect(found).toBe(url);
    expect(agentUrl(found, 'writer')).toBe(`${url}/a2a/agents/writer`);
  });
});
