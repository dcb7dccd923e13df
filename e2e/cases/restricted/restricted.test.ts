import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask, askStreaming, scripted } from '../../clients/json-rpc.ts';
import { agent, scriptPod, server } from '../manifests.ts';
import { beginStory, eventually, podUrl, podsOf } from '../story.ts';
import type { KubeObject, Pod, Story } from '../story.ts';

jest.setTimeout(120_000);

let story: Story;
let pod: KubeObject & Pod;
// The only server whose pod has the default resources.
beforeAll(async () => {
  story = await beginStory('restricted');
  const ingress = { enabled: true, host: 'api.example.com', tlsSecretName: 'a2a-tls' };
  await story.apply(agent('assistant'), server('strict', { pod: {}, ingress }));
  await story.ready('a2as/strict');
  const [only] = await podsOf(story, 'strict');
  if (only === undefined) throw new Error('a Ready server without a pod');
  pod = only;
});
afterAll(() => story.end());

/** What a script prints that runs inside the pod's container. */
async function inside(script: string): Promise<unknown> {
  const node = ['exec', pod.metadata.name, '--', '/usr/local/bin/node', '--eval'];
  return JSON.parse(await story.kubectl(...node, `console.log(JSON.stringify(${script}))`));
}

/** How a call inside the container fails, as an error code. */
const failure = (call: string): Promise<unknown> =>
  inside(`(() => { try { ${call}; return 'no error' } catch (error) { return error.code } })()`);

describe('the namespace', () => {
  it('refuses pods that do not meet the restricted profile', async () => {
    const plain = scriptPod('plain', '0', {});
    const container = { name: 'plain', image: 'node:24-bookworm-slim', securityContext: {} };
    const privileged = { ...container, securityContext: { privileged: true } };
    for (const containers of [[container], [privileged]]) {
      const refused = story.apply({ ...plain, spec: { containers } } as typeof plain);
      await expect(refused).rejects.toThrow('violates PodSecurity "restricted:latest"');
    }
  });
});

describe('a pod of a server', () => {
  it('runs as uid 1000 with a read-only root and no capability (D01, D05)', async () => {
    expect(await inside('[process.getuid(), process.getgid()]')).toEqual([1000, 1000]);
    const status = (await inside("fs.readFileSync('/proc/1/status', 'utf8')")) as string;
    expect(status).toMatch(/^CapEff:\s+0000000000000000$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    for (const place of ['/x', '/app/x', '/usr/local/bin/x', '/etc/x']) {
      expect(await failure(`fs.writeFileSync('${place}', 'x')`)).toBe('EROFS');
    }
  });

  it('can write to its logs and temporary folders, which are limited (K09)', async () => {
    for (const place of ['/app/logs/x', '/tmp/x']) {
      expect(await failure(`fs.writeFileSync('${place}', 'x')`)).toBe('no error');
    }
    expect(pod.spec).toMatchObject({
      volumes: expect.arrayContaining([
        { name: 'logs', emptyDir: { sizeLimit: '128Mi' } },
        { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      ]),
    });
  });

  it('has no shell and no token (K13)', async () => {
    for (const shell of ['sh', '/bin/sh', 'bash']) {
      const exec = story.kubectl('exec', pod.metadata.name, '--', shell);
      await expect(exec).rejects.toThrow(/no such file|not found/);
    }
    expect(await failure("fs.readdirSync('/var/run/secrets')")).toBe('ENOENT');
    expect(pod.spec).toMatchObject({ automountServiceAccountToken: false });
    const account = await story.get('serviceaccount', 'strict');
    expect(account).toMatchObject({ automountServiceAccountToken: false });
  });

  it('gets its configuration from a ConfigMap and its secrets as files (K01, K02, K05)', async () => {
    const env = (await inside('process.env')) as Record<string, string>;
    const [container] = pod.spec.containers as unknown as [ContainerSpec];
    const name = container.envFrom[0].configMapRef.name;
    const { data } = await story.get<{ data: Record<string, string> }>('configmap', name);
    expect(env).toMatchObject(data);
    const promised = ['A2A_HOST', 'A2A_PORT', 'A2A_CORS_ENABLED', 'A2A_AUTH_ENABLED', 'LOG_LEVEL'];
    const more = ['MEMORY_PROVIDER', 'ENABLE_METRICS', 'METRICS_PORT', 'LITELLM_URL'];
    expect(Object.keys(data)).toEqual(expect.arrayContaining([...promised, ...more]));
    const key = await story.apiKey('strict');
    expect(JSON.stringify([env, await story.list('a2as,configmaps,deployments')])).not.toContain(
      key,
    );
    const file = '/etc/a2a/secrets/api-keys/api-key';
    expect(await inside(`fs.readFileSync('${file}', 'utf8')`)).toBe(key);
    expect(await inside(`(fs.statSync('${file}').mode & 0o777).toString(8)`)).toBe('440');
  });

  it('has the ports, resources and probes that the guide promises (K04, K06–K08)', () => {
    const [container] = pod.spec.containers as unknown as [ContainerSpec];
    expect(container).toMatchObject({
      ports: [
        { name: 'http', containerPort: 3000 },
        { name: 'metrics', containerPort: 9090 },
      ],
      resources: {
        requests: { cpu: '250m', memory: '256Mi' },
        limits: { cpu: '500m', memory: '512Mi' },
      },
      startupProbe: { httpGet: { path: '/a2a/startupz', port: 'http' } },
      livenessProbe: {
        httpGet: { path: '/a2a/livez', port: 'http' },
        initialDelaySeconds: 60,
        periodSeconds: 30,
      },
      readinessProbe: {
        httpGet: { path: '/a2a/readyz', port: 'http' },
        initialDelaySeconds: 5,
        periodSeconds: 5,
      },
    });
  });
});

describe('what leads to a server', () => {
  it('is a Service for callers and another for metrics (K10)', async () => {
    const { spec } = await story.get<{ spec: object }>('service', 'strict');
    expect(spec).toMatchObject({
      type: 'ClusterIP',
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    });
    const metrics = await story.get<{ spec: object }>('service', 'strict-metrics');
    expect(metrics.spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'metrics', port: 9090 }],
    });
  });

  it('is an Ingress for both paths, without a rewrite (K11)', async () => {
    const ingress = await story.get<{ spec: object }>('ingress', 'strict');
    const backend = { service: { name: 'strict', port: { name: 'http' } } };
    expect(ingress.spec).toMatchObject({
      tls: [{ hosts: ['api.example.com'], secretName: 'a2a-tls' }],
      rules: [
        {
          host: 'api.example.com',
          http: {
            paths: [
              { path: '/a2a', pathType: 'Prefix', backend },
              { path: '/.well-known', pathType: 'Prefix', backend },
            ],
          },
        },
      ],
    });
    expect(JSON.stringify(ingress.metadata.annotations)).not.toContain('rewrite');
  });
});

describe('a deleted pod', () => {
  it('finishes the stream that it has begun, while another takes over', async () => {
    const headers = { 'X-API-Key': await story.apiKey('strict') };
    const text = 'This answer takes longer than the pod has been told to stop.';
    const slow = scripted({ text, chunkCharacters: 2, chunkDelayMs: 300 });
    const events = askStreaming({ url: `${podUrl(pod)}/a2a`, headers }, slow);
    await events.next();
    await story.kubectl('delete', 'pod', pod.metadata.name, '--wait=false');
    let streamed = '';
    let last;
    for await (const { artifactUpdate, statusUpdate } of events) {
      streamed += (artifactUpdate?.artifact.parts ?? []).map((part) => part.text).join('');
      last = statusUpdate?.status.state ?? last;
    }
    expect(streamed).toBe(text);
    expect(last).toBe('TASK_STATE_COMPLETED');
    await eventually('another pod', async () => {
      const [other] = await podsOf(story, 'strict');
      if (other?.status.containerStatuses?.[0]?.ready !== true) return false;
      const { task } = await ask({ url: `${podUrl(other)}/a2a`, headers }, 'Hello');
      return answerOf(task).includes('Hello');
    });
  });
});

interface ContainerSpec {
  envFrom: [{ configMapRef: { name: string } }];
}
