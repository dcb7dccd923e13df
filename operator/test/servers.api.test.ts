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
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { agentManifest } from './manifests.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(60_000);

let api: TestApiServer;
let operator: OperatorProcess;
let space: TestNamespace;
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
  space = await TestNamespace.create(api, `test-${tests}`);
});
afterEach(() => space.stop());

/** Kind, name and version of everything that the operator may write. */
async function versions(): Promise<string[]> {
  const all = [...(await space.owned()), await space.server(), await space.agent()];
  return all
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`)
    .sort();
}

describe('a server', () => {
  it('becomes Ready, and says what it is', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    const { status } = await space.server();
    expect(status).toMatchObject({
      url: `http://demo.${space.name}.svc.cluster.local`,
      apiKeySecretName: 'demo-api-key',
      replicas: 1,
      readyReplicas: 1,
      replicaSummary: '1/1',
      agentSummary: '1/1',
      agents: [{ name: 'assistant', generation: 1, loaded: true }],
    });
    const kinds = (await space.owned()).map(({ kind }) => kind).sort();
    expect(kinds).toEqual([
      ...Array.from({ length: 3 }, () => 'ConfigMap'),
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'Service',
      'ServiceAccount',
    ]);
    const table = await space.kubectl('get', 'a2as,agentdef');
    expect(table).toMatch(/demo\s+True\s+1\/1\s+1\/1\s+http:\/\/demo\.\S+\s+Ready/);
    expect(table).toMatch(/assistant\s+True\s+1\s+1\s+Ready/);
  });

  it('costs no write once it is Ready, not even when the operator restarts', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    await space.agentCondition('Ready', { status: 'True' });
    await space.serverCondition('ModelReachable', { status: 'True' });
    const before = await versions();
    await operator.stop();
    operator = await startOperator(api.kubeconfig);
    await eventually('a look at the server', () => {
      const looks = operator.logs().filter((line) => line.namespace === space.name);
      const seen = looks.some((line) => line.controller === 'a2aserver');
      return Promise.resolve(seen ? true : undefined);
    });
    expect(await versions()).toEqual(before);
  });

  it('repairs what others edit or delete', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    const patch = '[{"op":"replace","path":"/spec/ports/0/port","value":8081}]';
    await space.kubectl('patch', 'service', 'demo', '--type=json', '-p', patch);
    await space.kubectl('delete', 'pdb', 'demo');
    await eventually('the repair', async () => {
      const service = (await space.get(KINDS.Service, 'demo')) as KubeObject & {
        spec: { ports: [{ port: number }] };
      };
      const budget = await space.get(KINDS.PodDisruptionBudget, 'demo');
      return service.spec.ports[0].port === 80 && budget !== undefined ? true : undefined;
    });
  });

  it('can take back later what it set anew after an edit that no apply could mend', async () => {
    const note = 'cert-manager.io/note';
    const noteOf = async (): Promise<string | undefined> =>
      (await space.get(KINDS.Service, 'demo'))?.metadata.annotations?.[note];
    const service = { annotations: { [note]: 'ours' } };
    await space.apply(agentManifest(), space.serverManifest({ service }));
    await space.ready();
    // Another port of the same name: the sum of both is invalid.
    const edit = [
      { op: 'replace', path: '/spec/ports/0/port', value: 9999 },
      { op: 'remove', path: `/metadata/annotations/${note.replace('/', '~1')}` },
    ];
    await space.kubectl('patch', 'service', 'demo', '--type=json', '-p', JSON.stringify(edit));
    await eventually('the repair', async () => ((await noteOf()) === 'ours' ? true : undefined));
    await space.apply(space.serverManifest());
    await eventually('the note going', async () =>
      (await noteOf()) === undefined ? true : undefined,
    );
    const { metadata } = (await space.get(KINDS.Service, 'demo')) as KubeObject & {
      metadata: { managedFields: { manager: string; operation: string; subresource?: string }[] };
    };
    const own = metadata.managedFields.filter(({ manager }) => manager === 'a2a-operator');
    expect(own.map(({ operation }) => operation)).toEqual(['Apply']);
  });

  it('leaves alone what others add', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    await space.kubectl('annotate', 'service', 'demo', 'others/note=kept');
    await space.apply(space.serverManifest({ service: { port: 8080 } }));
    await eventually('the new port', async () => {
      const service = (await space.get(KINDS.Service, 'demo')) as KubeObject & {
        spec: { ports: [{ port: number }] };
      };
      return service.spec.ports[0].port === 8080 ? true : undefined;
    });
    expect((await space.get(KINDS.Service, 'demo'))?.metadata.annotations?.['others/note']).toBe(
      'kept',
    );
  });

  it('deletes what it no longer wants, and keeps settings that a ReplicaSet may start with', async () => {
    await space.apply(
      agentManifest(),
      space.serverManifest({ ingress: { enabled: true, host: 'demo.example.com' } }),
    );
    await space.ready();
    expect(await space.get(KINDS.Ingress, 'demo')).toBeDefined();
    await space.apply(
      space.serverManifest({ ingress: { enabled: false }, logging: { level: 'Debug' } }),
    );
    await eventually('the Ingress going', async () =>
      (await space.get(KINDS.Ingress, 'demo')) === undefined ? true : undefined,
    );
    await space.ready();
    const settings = (await space.owned()).filter(({ metadata }) =>
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
    await space.apply(foreign, agentManifest(), space.serverManifest());
    await space.serverCondition('Stalled', {
      status: 'True',
      reason: 'NameTaken',
      says: 'ServiceAccount "demo" exists in namespace',
    });
    const untouched = await space.get(KINDS.ServiceAccount, 'demo');
    expect(untouched?.metadata.ownerReferences).toBeUndefined();
    expect(untouched?.metadata.labels).toEqual({ mine: 'yes' });
  });

  it('waits for a Secret by name, and goes on when it appears', async () => {
    const model = {
      url: 'http://litellm:4000',
      name: 'gpt',
      apiKeySecretRef: { name: 'llm', key: 'key' },
    };
    await space.apply(agentManifest(), space.serverManifest({ model }));
    await space.serverCondition('Ready', {
      status: 'False',
      reason: 'SecretNotFound',
      says: 'spec.model.apiKeySecretRef: Secret "llm" was not found',
    });
    await space.kubectl('create', 'secret', 'generic', 'llm', '--from-literal=key=x');
    await space.ready();
  });

  it('keeps the generated key while a pod may start with it', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    const before = (await space.get(KINDS.Secret, 'demo-api-key'))?.metadata.uid;
    await space.kubectl('create', 'secret', 'generic', 'jwt', '--from-literal=key=x');
    await space.apply(
      space.serverManifest({ auth: { jwtSecretRef: { name: 'jwt', key: 'key' } } }),
    );
    await space.ready();
    expect((await space.get(KINDS.Secret, 'demo-api-key'))?.metadata.uid).toBe(before);
  });

  it('is stalled by an annotation that the operator does not allow', async () => {
    await space.apply(
      agentManifest(),
      space.serverManifest({ service: { annotations: { 'nginx/snippet': 'x' } } }),
    );
    await space.serverCondition('Stalled', {
      status: 'True',
      reason: 'InvalidSpec',
      says: 'spec.service.annotations["nginx/snippet"]: only annotations that start with cert-manager.io/',
    });
  });

  it('says what a quota forbids, and goes on by itself when that is over', async () => {
    await space.kubectl('create', 'quota', 'none', '--hard=count/poddisruptionbudgets.policy=0');
    await space.apply(agentManifest(), space.serverManifest());
    await space.serverCondition('Ready', {
      status: 'False',
      reason: 'ApplyFailed',
      says: 'the API server answers 403: poddisruptionbudgets.policy "demo" is forbidden',
    });
    await space.kubectl('delete', 'quota', 'none');
    await space.ready();
  });

  it('is stalled by a pod that the API server refuses, with its words, and serves on', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    await space.apply(
      space.serverManifest({ pod: { volumeMounts: [{ name: 'nothing', mountPath: '/data' }] } }),
    );
    await space.serverCondition('Stalled', {
      status: 'True',
      reason: 'Refused',
      says: 'spec.template.spec.containers[0].volumeMounts',
    });
    expect((await space.server()).status?.readyReplicas).toBe(1);
    await space.apply(space.serverManifest());
    await space.ready();
    expect((await space.server()).status?.conditions?.some(({ type }) => type === 'Stalled')).toBe(
      false,
    );
  });

  it("says in the API server's words why its pods are refused", async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' } };
    await space.apply(
      { ...quota, spec: { hard: { pods: '0' } } },
      agentManifest(),
      space.serverManifest(),
    );
    await space.serverCondition('Ready', {
      status: 'False',
      reason: 'RollingOut',
      says: 'exceeded quota: none',
    });
  });

  it('is Ready without pods when it is scaled to zero', async () => {
    await space.apply(agentManifest(), space.serverManifest({ replicas: 0 }));
    const condition_ = await space.ready();
    expect(condition_.reason).toBe('ScaledToZero');
  });

  it('takes everything with it when it is deleted', async () => {
    await space.apply(
      agentManifest(),
      space.serverManifest({ ingress: { enabled: true, host: 'demo.example.com' } }),
    );
    await space.ready();
    await space.kubectl('delete', 'a2as', 'demo');
    await eventually('everything going', async () =>
      (await space.owned()).length === 0 ? true : undefined,
    );
  });
});

describe('the operator', () => {
  it('logged no error in all of this that it did not expect', () => {
    const errors = operator.logs().filter(({ level }) => level === 'error');
    const isOfTheQuota = (error: object): boolean =>
      JSON.stringify(error).includes('exceeded quota: none');
    expect(errors.filter((error) => !isOfTheQuota(error))).toEqual([]);
  });

  it('exposes controller-runtime metrics and stops on SIGTERM with 0', async () => {
    const metrics = await (await fetch(`${operator.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /controller_runtime_reconcile_total\{controller="a2aserver",result="success"\} [1-9]/,
    );
    expect(await operator.stop()).toBe(0);
  });
});
