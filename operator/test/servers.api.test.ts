import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { eventually } from './api-server.ts';
import { agentManifest } from './manifests.ts';
import { operatorSuite } from './operator-suite.ts';

jest.setTimeout(60_000);

const suite = operatorSuite();

/** Kind, name and version of everything that the operator may write. */
async function versions(): Promise<string[]> {
  const all = [
    ...(await suite.space.owned()),
    await suite.space.server(),
    await suite.space.agent(),
  ];
  return all
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`)
    .sort();
}

describe('a server', () => {
  it('becomes Ready, and says what it is', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    const { status } = await suite.space.server();
    expect(status).toMatchObject({
      url: `http://demo.${suite.space.name}.svc.cluster.local`,
      apiKeySecretName: 'demo-api-key',
      replicas: 1,
      readyReplicas: 1,
      replicaSummary: '1/1',
      agentSummary: '1/1',
      agents: [{ name: 'assistant', generation: 1, loaded: true }],
    });
    const kinds = (await suite.space.owned()).map(({ kind }) => kind).sort();
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
    const table = await suite.space.kubectl('get', 'a2as,agentdef');
    expect(table).toMatch(/demo\s+True\s+1\/1\s+1\/1\s+http:\/\/demo\.\S+\s+Ready/);
    expect(table).toMatch(/assistant\s+True\s+1\s+1\s+Ready/);
  });

  it('costs no write once it is Ready, not even when the operator restarts', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    await suite.space.agentCondition('Ready', { status: 'True' });
    await suite.space.serverCondition('ModelReachable', { status: 'True' });
    const before = await versions();
    await suite.restart();
    await eventually('a look at the server', () => {
      const looks = suite.operator.logs().filter((line) => line.namespace === suite.space.name);
      const seen = looks.some((line) => line.controller === 'a2aserver');
      return Promise.resolve(seen ? true : undefined);
    });
    expect(await versions()).toEqual(before);
  });

  it('repairs what others edit or delete', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    const patch = '[{"op":"replace","path":"/spec/ports/0/port","value":8081}]';
    await suite.space.kubectl('patch', 'service', 'demo', '--type=json', '-p', patch);
    await suite.space.kubectl('delete', 'pdb', 'demo');
    await eventually('the repair', async () => {
      const service = (await suite.space.get(KINDS.Service, 'demo')) as KubeObject & {
        spec: { ports: [{ port: number }] };
      };
      const budget = await suite.space.get(KINDS.PodDisruptionBudget, 'demo');
      return service.spec.ports[0].port === 80 && budget !== undefined ? true : undefined;
    });
  });

  it('can take back later what it set anew after an edit that no apply could mend', async () => {
    const note = 'cert-manager.io/note';
    const noteOf = async (): Promise<string | undefined> =>
      (await suite.space.get(KINDS.Service, 'demo'))?.metadata.annotations?.[note];
    const service = { annotations: { [note]: 'ours' } };
    await suite.space.apply(agentManifest(), suite.space.serverManifest({ service }));
    await suite.space.ready();
    // Another port of the same name: the sum of both is invalid.
    const edit = [
      { op: 'replace', path: '/spec/ports/0/port', value: 9999 },
      { op: 'remove', path: `/metadata/annotations/${note.replace('/', '~1')}` },
    ];
    await suite.space.kubectl(
      'patch',
      'service',
      'demo',
      '--type=json',
      '-p',
      JSON.stringify(edit),
    );
    await eventually('the repair', async () => ((await noteOf()) === 'ours' ? true : undefined));
    await suite.space.apply(suite.space.serverManifest());
    await eventually('the note going', async () =>
      (await noteOf()) === undefined ? true : undefined,
    );
    const { metadata } = (await suite.space.get(KINDS.Service, 'demo')) as KubeObject & {
      metadata: { managedFields: { manager: string; operation: string; subresource?: string }[] };
    };
    const own = metadata.managedFields.filter(({ manager }) => manager === 'a2a-operator');
    expect(own.map(({ operation }) => operation)).toEqual(['Apply']);
  });

  it('leaves alone what others add', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    await suite.space.kubectl('annotate', 'service', 'demo', 'others/note=kept');
    await suite.space.apply(suite.space.serverManifest({ service: { port: 8080 } }));
    await eventually('the new port', async () => {
      const service = (await suite.space.get(KINDS.Service, 'demo')) as KubeObject & {
        spec: { ports: [{ port: number }] };
      };
      return service.spec.ports[0].port === 8080 ? true : undefined;
    });
    expect(
      (await suite.space.get(KINDS.Service, 'demo'))?.metadata.annotations?.['others/note'],
    ).toBe('kept');
  });

  it('deletes what it no longer wants, and keeps settings that a ReplicaSet may start with', async () => {
    await suite.space.apply(
      agentManifest(),
      suite.space.serverManifest({
        ingress: { enabled: true, host: `${suite.space.name}.example.com` },
      }),
    );
    await suite.space.ready();
    expect(await suite.space.get(KINDS.Ingress, 'demo')).toBeDefined();
    await suite.space.apply(
      suite.space.serverManifest({ ingress: { enabled: false }, logging: { level: 'Debug' } }),
    );
    await eventually('the Ingress going', async () =>
      (await suite.space.get(KINDS.Ingress, 'demo')) === undefined ? true : undefined,
    );
    await suite.space.ready();
    const settings = (await suite.space.owned()).filter(({ metadata }) =>
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
    await suite.space.apply(foreign, agentManifest(), suite.space.serverManifest());
    await suite.space.serverCondition('Stalled', {
      status: 'True',
      reason: 'NameTaken',
      says: 'ServiceAccount "demo" exists in namespace',
    });
    const untouched = await suite.space.get(KINDS.ServiceAccount, 'demo');
    expect(untouched?.metadata.ownerReferences).toBeUndefined();
    expect(untouched?.metadata.labels).toEqual({ mine: 'yes' });
  });

  it('is told that an older server has its host, and gets it when that one goes', async () => {
    const { space } = suite;
    const ingress = { enabled: true, host: 'wanted.example.com' };
    await space.apply(agentManifest(), space.serverManifest({ ingress }));
    await space.ready();
    // Ages are told apart by the second.
    await pause(1000);
    await space.apply(space.serverManifest({ ingress }, { name: 'later' }));
    const taken = {
      status: 'True',
      reason: 'HostTaken',
      says: `"wanted.example.com" belongs to A2AServer "demo" in namespace "${space.name}"`,
    };
    await space.serverCondition('Stalled', taken, 'later');
    expect(await space.get(KINDS.Ingress, 'later')).toBeUndefined();
    await space.kubectl('delete', 'a2as', 'demo');
    await space.ready('later');
    expect(await space.get(KINDS.Ingress, 'later')).toBeDefined();
  });

  it('cannot take a host from a younger one that serves it', async () => {
    const { space } = suite;
    const ingress = { enabled: true, host: `${space.name}.example.com` };
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    await space.apply(space.serverManifest({ ingress }, { name: 'younger' }));
    await space.ready('younger');
    await space.apply(space.serverManifest({ ingress }));
    await space.serverCondition('Stalled', {
      status: 'True',
      reason: 'HostTaken',
      says: 'A2AServer "younger"',
    });
    await space.ready('younger');
    expect(await space.get(KINDS.Ingress, 'demo')).toBeUndefined();
  });

  it('waits for the end of a namespace that is being deleted', async () => {
    const { space } = suite;
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    await space.kubectl('delete', 'namespace', space.name, '--wait=false');
    await space.kubectl('delete', 'service', 'demo');
    await space.serverCondition('Ready', {
      status: 'False',
      reason: 'NamespaceTerminating',
      says: 'the namespace is being deleted',
    });
  });

  it('waits for a Secret by name, and goes on when it appears', async () => {
    const model = {
      url: 'http://litellm:4000',
      name: 'gpt',
      apiKeySecretRef: { name: 'llm', key: 'key' },
    };
    await suite.space.apply(agentManifest(), suite.space.serverManifest({ model }));
    await suite.space.serverCondition('Ready', {
      status: 'False',
      reason: 'SecretNotFound',
      says: 'spec.model.apiKeySecretRef: Secret "llm" was not found',
    });
    await suite.space.kubectl('create', 'secret', 'generic', 'llm', '--from-literal=key=x');
    await suite.space.ready();
  });

  it('keeps the generated key while a pod may start with it', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    const before = (await suite.space.get(KINDS.Secret, 'demo-api-key'))?.metadata.uid;
    await suite.space.kubectl('create', 'secret', 'generic', 'jwt', '--from-literal=key=x');
    await suite.space.apply(
      suite.space.serverManifest({ auth: { jwtSecretRef: { name: 'jwt', key: 'key' } } }),
    );
    await suite.space.ready();
    expect((await suite.space.get(KINDS.Secret, 'demo-api-key'))?.metadata.uid).toBe(before);
  });

  it('is stalled by an annotation that the operator does not allow', async () => {
    await suite.space.apply(
      agentManifest(),
      suite.space.serverManifest({ service: { annotations: { 'nginx/snippet': 'x' } } }),
    );
    await suite.space.serverCondition('Stalled', {
      status: 'True',
      reason: 'InvalidSpec',
      says: 'spec.service.annotations["nginx/snippet"]: only annotations that start with cert-manager.io/',
    });
  });

  it('says what a quota forbids, and goes on by itself when that is over', async () => {
    await suite.space.kubectl(
      'create',
      'quota',
      'none',
      '--hard=count/poddisruptionbudgets.policy=0',
    );
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.serverCondition('Ready', {
      status: 'False',
      reason: 'ApplyFailed',
      says: 'the API server answers 403: poddisruptionbudgets.policy "demo" is forbidden',
    });
    await suite.space.kubectl('delete', 'quota', 'none');
    await suite.space.ready();
  });

  it('is stalled by a pod that the API server refuses, with its words, and serves on', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    await suite.space.apply(
      suite.space.serverManifest({
        pod: { volumeMounts: [{ name: 'nothing', mountPath: '/data' }] },
      }),
    );
    await suite.space.serverCondition('Stalled', {
      status: 'True',
      reason: 'Refused',
      says: 'spec.template.spec.containers[0].volumeMounts',
    });
    expect((await suite.space.server()).status?.readyReplicas).toBe(1);
    await suite.space.apply(suite.space.serverManifest());
    await suite.space.ready();
    expect(
      (await suite.space.server()).status?.conditions?.some(({ type }) => type === 'Stalled'),
    ).toBe(false);
  });

  it("says in the API server's words why its pods are refused", async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' } };
    await suite.space.apply(
      { ...quota, spec: { hard: { pods: '0' } } },
      agentManifest(),
      suite.space.serverManifest(),
    );
    await suite.space.serverCondition('Ready', {
      status: 'False',
      reason: 'RollingOut',
      says: 'exceeded quota: none',
    });
  });

  it('is Ready without pods when it is scaled to zero', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest({ replicas: 0 }));
    const condition_ = await suite.space.ready();
    expect(condition_.reason).toBe('ScaledToZero');
  });

  it('takes everything with it when it is deleted', async () => {
    await suite.space.apply(
      agentManifest(),
      suite.space.serverManifest({
        ingress: { enabled: true, host: `${suite.space.name}.example.com` },
      }),
    );
    await suite.space.ready();
    await suite.space.kubectl('delete', 'a2as', 'demo');
    await eventually('everything going', async () =>
      (await suite.space.owned()).length === 0 ? true : undefined,
    );
  });
});

describe('the operator', () => {
  it('logged no error in all of this that it did not expect', () => {
    const errors = suite.operator.logs().filter(({ level }) => level === 'error');
    const isOfTheQuota = (error: object): boolean =>
      JSON.stringify(error).includes('exceeded quota: none');
    expect(errors.filter((error) => !isOfTheQuota(error))).toEqual([]);
  });

  it('exposes controller-runtime metrics and stops on SIGTERM with 0', async () => {
    const metrics = await (await fetch(`${suite.operator.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /controller_runtime_reconcile_total\{controller="a2aserver",result="success"\} [1-9]/,
    );
    expect(await suite.operator.stop()).toBe(0);
  });
});
