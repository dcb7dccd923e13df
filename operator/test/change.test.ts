import { describe, expect, it } from '@jest/globals';
import type { A2AServer } from '../src/api/a2aserver.ts';
import { deployment } from '../src/resources/deployment.ts';
import { aServer, settings } from './builders.ts';
import { crdSchema } from './crd-defaults.ts';

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** Values of both kinds of a field, as far into the spec as it takes to see a difference. */
const SAMPLES: Record<string, [object, object]> = {
  'secrets.names': [{ secrets: { names: ['a'] } }, { secrets: { names: ['a', 'b'] } }],
  'agents.names': [{ agents: { names: ['a'] } }, { agents: { names: ['b'] } }],
  'agents.default': [
    { agents: { names: ['a', 'b'], default: 'a' } },
    { agents: { names: ['a', 'b'], default: 'b' } },
  ],
  'agents.selector': [
    { agents: { selector: { matchLabels: { x: '1' } }, default: 'a' } },
    { agents: { selector: { matchLabels: { x: '2' } }, default: 'a' } },
  ],
  image: [{ image: 'a' }, { image: 'b' }],
  imagePullPolicy: [{ imagePullPolicy: 'Always' }, { imagePullPolicy: 'Never' }],
  imagePullSecrets: [{}, { imagePullSecrets: [{ name: 'a' }] }],
  replicas: [{ replicas: 1 }, { replicas: 0 }],
  'model.url': model({ url: 'http://a' }, { url: 'http://b' }),
  'model.name': model({ name: 'a' }, { name: 'b' }),
  'model.apiKeySecretRef': model({}, { apiKeySecretRef: { name: 's', key: 'k' } }),
  'model.caSecretRef': model({}, { caSecretRef: { name: 's', key: 'k' } }),
  'model.timeoutSeconds': model({}, { timeoutSeconds: 7 }),
  'model.maxConcurrentCalls': model({}, { maxConcurrentCalls: 7 }),
  'memory.provider': [{}, redis({})],
  'memory.redis.url': [redis({}), redis({ url: 'redis://other' })],
  'memory.redis.usernameSecretRef': [
    redis({}),
    redis({ usernameSecretRef: { name: 's', key: 'k' } }),
  ],
  'memory.redis.passwordSecretRef': [
    redis({}),
    redis({ passwordSecretRef: { name: 's', key: 'k' } }),
  ],
  'memory.redis.caSecretRef': [redis({}), redis({ caSecretRef: { name: 's', key: 'k' } })],
  'memory.redis.mode': [redis({}), redis({ mode: 'Cluster' })],
  'memory.redis.sentinelMaster': [
    redis({ mode: 'Sentinel', sentinelMaster: 'a' }),
    redis({ mode: 'Sentinel', sentinelMaster: 'b' }),
  ],
  'memory.redis.keyPrefix': [redis({}), redis({ keyPrefix: 'x:' })],
  'memory.retention.terminalSeconds': retention('terminalSeconds'),
  'memory.retention.pausedSeconds': retention('pausedSeconds'),
  'memory.retention.conversationSeconds': retention('conversationSeconds'),
  'auth.enabled': [{}, { auth: { enabled: false } }],
  'auth.apiKeysSecretRef': [{}, { auth: { apiKeysSecretRef: { name: 's' } } }],
  'auth.jwtSecretRef': [{}, { auth: { jwtSecretRef: { name: 's', key: 'k' } } }],
  'metrics.enabled': [{}, { metrics: { enabled: false } }],
  'metrics.port': [{}, { metrics: { port: 9999 } }],
  'logging.level': [{}, { logging: { level: 'Debug' } }],
  'service.type': [{}, { service: { type: 'NodePort' } }],
  'service.port': [{}, { service: { port: 81 } }],
  'service.annotations': [{}, { service: { annotations: { a: 'b' } } }],
  'service.appProtocol': [{}, { service: { appProtocol: 'http' } }],
  publicUrl: [{}, { publicUrl: 'http://x' }],
  'ingress.enabled': [{}, { ingress: { enabled: true, host: 'a' } }],
  'ingress.className': ingress({ className: 'a' }),
  'ingress.host': ingress({ host: 'b' }),
  'ingress.tlsSecretName': ingress({ tlsSecretName: 'a' }),
  'ingress.annotations': ingress({ annotations: { a: 'b' } }),
  'networkPolicy.enabled': [{}, { networkPolicy: { enabled: false } }],
  'networkPolicy.from': [{}, { networkPolicy: { from: [{ podSelector: {} }] } }],
  'networkPolicy.to': [{}, { networkPolicy: { to: [{ podSelector: {} }] } }],
  'pod.resources.requests': pod({ resources: { requests: { cpu: '1' } } }),
  'pod.resources.limits': pod({ resources: { limits: { memory: '1Gi' } } }),
  'pod.nodeSelector': pod({ nodeSelector: { a: 'b' } }),
  'pod.tolerations': pod({ tolerations: [{ key: 'a' }] }),
  'pod.affinity': pod({ affinity: { nodeAffinity: {} } }),
  'pod.topologySpreadConstraints': pod({ topologySpreadConstraints: [] }),
  'pod.priorityClassName': pod({ priorityClassName: 'a' }),
  'pod.serviceAccountName': pod({ serviceAccountName: 'a' }),
  'pod.annotations': pod({ annotations: { a: 'b' } }),
  'pod.labels': pod({ labels: { a: 'b' } }),
  'pod.env': pod({ env: [{ name: 'A', value: 'b' }] }),
  'pod.volumes': pod({ volumes: [{ name: 'a' }] }),
  'pod.volumeMounts': pod({ volumeMounts: [{ name: 'a', mountPath: '/a' }] }),
};

function model(...[before, after]: [object, object]): [object, object] {
  const base = { url: 'http://litellm:4000', name: 'gpt' };
  return [{ model: { ...base, ...before } }, { model: { ...base, ...after } }];
}
function redis(changes: object): object {
  return { memory: { provider: 'Redis', redis: { url: 'redis://redis', ...changes } } };
}
function retention(field: string): [object, object] {
  return [{}, { memory: { retention: { [field]: 77 } } }];
}
function ingress(changes: object): [object, object] {
  const base = { enabled: true, host: 'a' };
  return [{ ingress: base }, { ingress: { ...base, ...changes } }];
}
function pod(changes: object): [object, object] {
  return [{}, { pod: changes }];
}

/** Fields that are looked at as a whole: their inner fields change together. */
const WHOLE =
  /(SecretRef|selector|tolerations|env|volumes|volumeMounts|imagePullSecrets|Constraints)$/;

/** Paths of all fields below a schema that have no fields of their own. */
function leaves(schema: Schema, prefix = ''): { path: string; schema: Schema }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    const isLeaf = child.properties === undefined || WHOLE.test(path);
    return isLeaf ? [{ path, schema: child }] : leaves(child, `${path}.`);
  });
}

/** `hot` or `restart`, as the description of the field (or of its first inner field) ends. */
function promised(schema: Schema): string | undefined {
  const inner = schema.items?.properties ?? schema.properties ?? {};
  const texts = [schema, ...Object.values(inner)].map(({ description = '' }) => description);
  return texts.map((text) => /Change: (hot|restart)\.$/.exec(text)?.[1]).find((word) => word);
}

const template = (server: A2AServer): string =>
  JSON.stringify(
    deployment({
      server,
      agentFiles: {},
      running: [],
      services: [],
      settings: settings(),
    }).spec?.template,
  );

const spec = crdSchema('A2AServer').properties?.spec as Schema;

describe('a change of a field', () => {
  it.each(leaves(spec))(
    '$path restarts the pods exactly when its description says so',
    ({ path, schema }) => {
      const [before, after] = SAMPLES[path] ?? [{}, {}];
      expect(before).not.toEqual(after);
      const restarts = template(aServer(before)) !== template(aServer(after));
      expect(restarts ? 'restart' : 'hot').toBe(promised(schema));
    },
  );
});
