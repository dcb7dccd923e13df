import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type { A2AServer } from '../src/api/a2aserver.ts';
import type { AgentDefinition } from '../src/api/agentdefinition.ts';
import type { Condition, KubeObject } from '../src/api/object.ts';
import { CHILD_KINDS, KINDS } from '../src/kube/kinds.ts';
import type { Kind } from '../src/kube/port.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { startFakePods } from './fake-pods.ts';
import type { FakePods } from './fake-pods.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';

jest.setTimeout(60_000);

let api: TestApiServer;
let operator: OperatorProcess;
let pods: FakePods;
let namespace = '';
let tests = 0;

beforeAll(async () => {
  api = await startApiServer();
  operator = await startOperator(api.kubeconfig);
});
afterAll(async () => {
  await operator.stop();
  await api.stop();
});
beforeEach(async () => {
  tests += 1;
  namespace = `test-${tests}`;
  await api.kubectl(['create', 'namespace', namespace]);
  pods = await startFakePods(api, namespace);
});
afterEach(() => pods.stop());

const agent = (spec: object = {}, name = 'assistant'): object => ({
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'AgentDefinition',
  metadata: { name },
  spec: { description: 'Answers.', ...spec },
});
const server = (spec: object = {}): object => ({
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'A2AServer',
  metadata: { name: 'demo' },
  spec: {
    agents: { names: ['assistant'] },
    model: { url: 'http://litellm:4000', name: 'gpt' },
    metrics: { port: pods.port },
    ...spec,
  },
});

async function apply(...manifests: object[]): Promise<void> {
  const output = await api.kubectl(['apply', '--namespace', namespace, '-f', '-'], manifests);
  if (output.includes('rror')) throw new Error(output);
}
const get = (kind: Kind, name: string): Promise<KubeObject | undefined> =>
  api.kube.get(kind, { namespace, name });
const theServer = async (): Promise<A2AServer> => (await get(KINDS.A2AServer, 'demo')) as A2AServer;
const theAgent = async (name = 'assistant'): Promise<AgentDefinition> =>
  (await get(KINDS.AgentDefinition, name)) as AgentDefinition;

async function owned(): Promise<KubeObject[]> {
  const lists = await Promise.all(CHILD_KINDS.map((kind) => api.list(kind, namespace)));
  return lists.flat().filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'demo');
}

interface Wanted {
  status: string;
  reason?: string;
  /** Part of the message. */
  says?: string;
}

/** Waits for a condition of the current generation. */
async function condition(
  look: () => Promise<A2AServer | AgentDefinition>,
  type: string,
  wanted: Wanted,
): Promise<Condition> {
  let last: unknown;
  try {
    return await eventually(`${type} ${JSON.stringify(wanted)}`, async () => {
      const { metadata, status } = await look();
      last = status?.conditions;
      const found = status?.conditions?.find((one) => one.type === type);
      const current = found?.observedGeneration === metadata.generation;
      return current && matches(found, wanted) ? found : undefined;
    });
  } catch (error) {
    throw new Error(`${String(error)}; last seen: ${JSON.stringify(last)}`, { cause: error });
  }
}

function matches(found: Condition, { status, reason, says = '' }: Wanted): boolean {
  const sameReason = reason === undefined || found.reason === reason;
  return found.status === status && sameReason && found.message.includes(says);
}

const ready = (): Promise<Condition> => condition(theServer, 'Ready', { status: 'True' });

/** Kind, name and version of everything that the operator may write. */
async function versions(): Promise<string[]> {
  const all = [...(await owned()), await theServer(), await theAgent()];
  return all
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`)
    .sort();
}

describe('a server', () => {
  it('becomes Ready, and says what it is', async () => {
    await apply(agent(), server());
    await ready();
    const { status } = await theServer();
    expect(status).toMatchObject({
      url: `http://demo.${namespace}.svc.cluster.local`,
      apiKeySecretName: 'demo-api-key',
      replicas: 1,
      readyReplicas: 1,
      replicaSummary: '1/1',
      agentSummary: '1/1',
      agents: [{ name: 'assistant', generation: 1, loaded: true }],
    });
    const kinds = (await owned()).map(({ kind }) => kind).sort();
    expect(kinds).toEqual([
      ...Array.from({ length: 5 }, () => 'ConfigMap'),
      'Deployment',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'Service',
      'ServiceAccount',
    ]);
    const table = await api.kubectl(['get', 'a2as,agentdef', '-n', namespace]);
    expect(table).toMatch(/demo\s+True\s+1\/1\s+1\/1\s+http:\/\/demo\.\S+\s+Ready/);
    expect(table).toMatch(/assistant\s+True\s+1\s+1\s+Ready/);
  });

  it('costs no write once it is Ready, not even when the operator restarts', async () => {
    await apply(agent(), server());
    await ready();
    await condition(theAgent, 'Ready', { status: 'True' });
    await condition(theServer, 'ModelReachable', { status: 'True' });
    const before = await versions();
    await operator.stop();
    operator = await startOperator(api.kubeconfig);
    await eventually('a look at the server', () => {
      const looks = operator.logs().filter((line) => line.namespace === namespace);
      const seen = looks.some((line) => line.controller === 'a2aserver');
      return Promise.resolve(seen ? true : undefined);
    });
    expect(await versions()).toEqual(before);
  });

  it('repairs what others edit or delete', async () => {
    await apply(agent(), server());
    await ready();
    const patch = '[{"op":"replace","path":"/spec/ports/0/port","value":8081}]';
    await api.kubectl(['patch', 'service', 'demo', '-n', namespace, '--type=json', '-p', patch]);
    await api.kubectl(['delete', 'pdb', 'demo', '-n', namespace]);
    await eventually('the repair', async () => {
      const service = (await get(KINDS.Service, 'demo')) as KubeObject & {
        spec: { ports: [{ port: number }] };
      };
      const budget = await get(KINDS.PodDisruptionBudget, 'demo');
      return service.spec.ports[0].port === 80 && budget !== undefined ? true : undefined;
    });
  });

  it('leaves alone what others add', async () => {
    await apply(agent(), server());
    await ready();
    await api.kubectl(['annotate', 'service', 'demo', '-n', namespace, 'others/note=kept']);
    await apply(server({ service: { port: 8080 } }));
    await eventually('the new port', async () => {
      const service = (await get(KINDS.Service, 'demo')) as KubeObject & {
        spec: { ports: [{ port: number }] };
      };
      return service.spec.ports[0].port === 8080 ? true : undefined;
    });
    expect((await get(KINDS.Service, 'demo'))?.metadata.annotations?.['others/note']).toBe('kept');
  });

  it('deletes what it no longer wants, and keeps settings that a ReplicaSet may start with', async () => {
    await apply(agent(), server({ ingress: { enabled: true, host: 'demo.example.com' } }));
    await ready();
    expect(await get(KINDS.Ingress, 'demo')).toBeDefined();
    await apply(server({ ingress: { enabled: false }, logging: { level: 'Debug' } }));
    await eventually('the Ingress going', async () =>
      (await get(KINDS.Ingress, 'demo')) === undefined ? true : undefined,
    );
    await ready();
    const settings = (await owned()).filter(({ metadata }) =>
      metadata.name.startsWith('demo-config-'),
    );
    expect(settings).toHaveLength(2);
  });

  it('never touches an object of the same name that is not its own', async () => {
    const foreign = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'demo', labels: { mine: 'yes' } },
    };
    await apply(foreign, agent(), server());
    await condition(theServer, 'Stalled', {
      status: 'True',
      reason: 'NameTaken',
      says: 'ServiceAccount "demo" exists in namespace',
    });
    const untouched = await get(KINDS.ServiceAccount, 'demo');
    expect(untouched?.metadata.ownerReferences).toBeUndefined();
    expect(untouched?.metadata.labels).toEqual({ mine: 'yes' });
  });

  it('waits for a Secret by name, and goes on when it appears', async () => {
    const model = {
      url: 'http://litellm:4000',
      name: 'gpt',
      apiKeySecretRef: { name: 'llm', key: 'key' },
    };
    await apply(agent(), server({ model }));
    await condition(theServer, 'Ready', {
      status: 'False',
      reason: 'SecretNotFound',
      says: 'spec.model.apiKeySecretRef: Secret "llm" was not found',
    });
    await api.kubectl([
      'create',
      'secret',
      'generic',
      'llm',
      '-n',
      namespace,
      '--from-literal=key=x',
    ]);
    await ready();
  });

  it('keeps the generated key while a pod may start with it', async () => {
    await apply(agent(), server());
    await ready();
    const before = (await get(KINDS.Secret, 'demo-api-key'))?.metadata.uid;
    await api.kubectl([
      'create',
      'secret',
      'generic',
      'jwt',
      '-n',
      namespace,
      '--from-literal=key=x',
    ]);
    await apply(server({ auth: { jwtSecretRef: { name: 'jwt', key: 'key' } } }));
    await ready();
    expect((await get(KINDS.Secret, 'demo-api-key'))?.metadata.uid).toBe(before);
  });

  it('is stalled by an annotation that the operator does not allow', async () => {
    await apply(agent(), server({ service: { annotations: { 'nginx/snippet': 'x' } } }));
    await condition(theServer, 'Stalled', {
      status: 'True',
      reason: 'InvalidSpec',
      says: 'spec.service.annotations["nginx/snippet"]: only annotations that start with cert-manager.io/',
    });
  });

  it('is stalled by a pod that the API server refuses, with its words, and serves on', async () => {
    await apply(agent(), server());
    await ready();
    await apply(server({ pod: { volumeMounts: [{ name: 'nothing', mountPath: '/data' }] } }));
    await condition(theServer, 'Stalled', {
      status: 'True',
      reason: 'Refused',
      says: 'spec.template.spec.containers[0].volumeMounts',
    });
    expect((await theServer()).status?.readyReplicas).toBe(1);
    await apply(server());
    await ready();
    expect((await theServer()).status?.conditions?.some(({ type }) => type === 'Stalled')).toBe(
      false,
    );
  });

  it("says in the API server's words why its pods are refused", async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' } };
    await apply({ ...quota, spec: { hard: { pods: '0' } } }, agent(), server());
    await condition(theServer, 'Ready', {
      status: 'False',
      reason: 'RollingOut',
      says: 'exceeded quota: none',
    });
  });

  it('is Ready without pods when it is scaled to zero', async () => {
    await apply(agent(), server({ replicas: 0 }));
    const condition_ = await ready();
    expect(condition_.reason).toBe('ScaledToZero');
  });

  it('takes everything with it when it is deleted', async () => {
    await apply(agent(), server({ ingress: { enabled: true, host: 'demo.example.com' } }));
    await ready();
    await api.kubectl(['delete', 'a2as', 'demo', '-n', namespace]);
    await eventually('everything going', async () =>
      (await owned()).length === 0 ? true : undefined,
    );
  });
});

describe('an agent', () => {
  it('cannot freeze the status of its server with a complaint that is too long to be stored', async () => {
    await apply(agent(), server());
    await ready();
    const inline = Array.from({ length: 40 }, (_, index) => `{{variable_${index}}}`).join(' ');
    await apply(agent({ instructions: { inline } }));
    await condition(theServer, 'AgentsLoaded', { status: 'False', says: 'variable_0' });
    await apply(agent());
    await ready();
  });

  it('that nobody hosts says so', async () => {
    await apply(agent());
    await condition(theAgent, 'Ready', {
      status: 'False',
      reason: 'NotSelected',
      says: 'add it to spec.agents',
    });
  });

  it('keeps its served version when an edit is wrong, and says what to mend', async () => {
    await apply(agent({ instructions: { inline: 'Be kind.' } }), server());
    await ready();
    await apply(agent({ instructions: { inline: 'Be kind to {{who}}.' } }));
    const says = 'spec.instructions.variables.who';
    await condition(theAgent, 'Accepted', { status: 'False', reason: 'InvalidSpec', says });
    await condition(theServer, 'AgentsLoaded', {
      status: 'False',
      says: '0/1: assistant: spec.instructions',
    });
    const shards = (await api.list(KINDS.ConfigMap, namespace)) as (KubeObject & {
      data?: object;
    })[];
    expect(JSON.stringify(shards.map(({ data }) => data))).toContain('Be kind.\\');
    await apply(agent({ instructions: { inline: 'Be kind to all.' } }));
    await ready();
    await condition(theAgent, 'Ready', { status: 'True' });
  });

  it('waits for its ConfigMap by name and key, and is served when it appears', async () => {
    const ref = { name: 'prompts', key: 'assistant' };
    await apply(agent({ instructions: { configMapKeyRef: ref } }), server());
    await condition(theAgent, 'ResolvedRefs', {
      status: 'False',
      reason: 'ConfigMapNotFound',
      says: 'ConfigMap "prompts" with key "assistant" was not found',
    });
    await condition(theServer, 'Ready', {
      status: 'False',
      reason: 'AgentsNotLoaded',
      says: 'agent assistant',
    });
    await apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'prompts' },
      data: { assistant: 'Be kind.' },
    });
    await ready();
    await condition(theAgent, 'Ready', { status: 'True' });
  });

  it('that does not exist is named by its server, and picked up when it appears', async () => {
    await apply(server());
    await condition(theServer, 'AgentsLoaded', {
      status: 'False',
      says: 'AgentDefinition "assistant" was not found',
    });
    await apply(agent());
    await ready();
  });
});

describe('the operator', () => {
  it('logged no error in all of this that it did not expect', () => {
    const errors = operator.logs().filter(({ level }) => level === 'error');
    expect(errors).toEqual([]);
  });

  it('exposes controller-runtime metrics and stops on SIGTERM with 0', async () => {
    const metrics = await (await fetch(`${operator.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /controller_runtime_reconcile_total\{controller="a2aserver",result="success"\} [1-9]/,
    );
    expect(await operator.stop()).toBe(0);
  });
});
