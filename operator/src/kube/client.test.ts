import { describe, expect, it } from '@jest/globals';
import { recordedTransport } from '../../test/recorded-transport.ts';
import type { KubeObject } from '../api/object.ts';
import { kubeClient } from './client.ts';
import { KINDS } from './kinds.ts';
import { ApiError } from './port.ts';
import type { Kube } from './port.ts';

const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const FIELDS = 'fieldManager=a2a-operator&fieldValidation=Strict';

const deployment: KubeObject & { spec: unknown } = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'demo', namespace: 'team', labels: { a: 'b' } },
  spec: { replicas: 2 },
};
const secret: KubeObject & { data: unknown } = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key', namespace: 'team' },
  data: { 'api-key': 'c2VjcmV0' },
};
const live: KubeObject = {
  ...deployment,
  metadata: { ...deployment.metadata, uid: 'u-1', resourceVersion: '42' },
};
const server = {
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'A2AServer',
  metadata: { name: 'demo', namespace: 'team', uid: 'u-2' },
  status: { url: 'http://demo' },
};
const ref = { namespace: 'team', name: 'demo' };
const gone = new ApiError(404, 'NotFound', 'not found');
const DEMO = '/apis/apps/v1/namespaces/team/deployments/demo';

describe('a write', () => {
  const apply = { method: 'PATCH', contentType: 'application/apply-patch+yaml' };
  it.each([
    {
      how: 'create: no object has this version, so that it can only create',
      call: (kube: Kube) => kube.create(deployment),
      request: {
        ...apply,
        path: `${DEMO}?${FIELDS}&force=true`,
        body: { ...deployment, metadata: { ...deployment.metadata, resourceVersion: '1' } },
      },
    },
    {
      how: 'apply: exactly the fields that the object states',
      call: (kube: Kube) => kube.apply(live),
      request: { ...apply, path: `${DEMO}?${FIELDS}&force=true`, body: live },
    },
    {
      how: 'overwrite: lists replace lists, and nobody is forced out of a field',
      call: (kube: Kube) => kube.overwrite(live),
      request: {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        path: `${DEMO}?${FIELDS}`,
        body: live,
      },
    },
    {
      how: 'annotate: the annotations alone, of this very object',
      call: (kube: Kube) => kube.annotate(live, { told: 'yes' }),
      request: {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        path: `${DEMO}?${FIELDS}`,
        body: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'demo', namespace: 'team', uid: 'u-1', annotations: { told: 'yes' } },
        },
      },
    },
    {
      how: 'applyStatus: the status alone',
      call: (kube: Kube) => kube.applyStatus(server),
      request: {
        ...apply,
        path: `/apis/a2a-operator.io/v1alpha1/namespaces/team/a2aservers/demo/status?${FIELDS}&force=true`,
        body: server,
      },
    },
    {
      how: 'delete: exactly this version of this object, and what it owns with it',
      call: (kube: Kube) => kube.delete(live),
      request: {
        method: 'DELETE',
        contentType: 'application/json',
        path: DEMO,
        body: {
          propagationPolicy: 'Background',
          preconditions: { uid: 'u-1', resourceVersion: '42' },
        },
      },
    },
    {
      how: 'of the core group, and of a Secret: the answer is metadata alone',
      call: (kube: Kube) => kube.apply(secret),
      request: {
        ...apply,
        path: `/api/v1/namespaces/team/secrets/key?${FIELDS}&force=true`,
        accept: METADATA,
        body: secret,
      },
    },
  ])('is this request: $how', async ({ call, request }) => {
    const { transport, requests } = recordedTransport();
    await call(kubeClient(transport));
    expect(requests).toEqual([request]);
  });

  it('leaves the object that it is given as it was', async () => {
    const frozen = Object.freeze({ ...deployment, metadata: Object.freeze(deployment.metadata) });
    const { transport } = recordedTransport();
    await kubeClient(transport).create(frozen);
    expect(frozen.metadata).not.toHaveProperty('resourceVersion');
  });

  it('gives back what the API server stored, with the Kind, whatever the answer calls itself', async () => {
    const stored = { kind: 'Other', metadata: { name: 'demo', resourceVersion: '43' }, extra: 1 };
    const { transport } = recordedTransport(stored);
    expect(await kubeClient(transport).apply(deployment)).toEqual({
      ...stored,
      apiVersion: 'apps/v1',
      kind: 'Deployment',
    });
  });

  it('that overwrites leaves its fields as if they were applied, at the very version that it wrote', async () => {
    const written = { manager: 'a2a-operator', operation: 'Update', fieldsV1: { 'f:spec': {} } };
    const stored = { ...live, metadata: { ...live.metadata, managedFields: [written] } };
    const { transport, requests } = recordedTransport(stored, live);
    expect(await kubeClient(transport).overwrite(deployment)).toEqual(live);
    expect(requests[1]).toMatchObject({
      path: `${DEMO}?${FIELDS}`,
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          name: 'demo',
          namespace: 'team',
          uid: 'u-1',
          resourceVersion: '42',
          managedFields: [{ ...written, operation: 'Apply' }],
        },
      },
    });
  });

  it.each(['create', 'apply', 'overwrite'] as const)(
    'of a Secret (%s) gives back metadata only, even when the API server sends values',
    async (how) => {
      const { transport } = recordedTransport({ ...secret, kind: 'PartialObjectMetadata' });
      expect(await kubeClient(transport)[how](secret)).toEqual({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: secret.metadata,
      });
    },
  );

  it('of a Kind that the operator does not know is a bug, and is not sent', async () => {
    const { transport, requests } = recordedTransport();
    const unknown = { ...deployment, apiVersion: 'apps/v2' };
    await expect(kubeClient(transport).apply(unknown)).rejects.toThrow('apps/v2 Deployment');
    expect(requests).toEqual([]);
  });

  it.each(['create', 'apply', 'overwrite', 'applyStatus'] as const)(
    'fails as the API server says (%s), also when the object is gone',
    async (how) => {
      const { transport } = recordedTransport(gone);
      await expect(kubeClient(transport)[how](server)).rejects.toBe(gone);
    },
  );
});

describe('deleting', () => {
  it('is content with an object that is gone already', async () => {
    const { transport } = recordedTransport(gone);
    await expect(kubeClient(transport).delete(live)).resolves.toBeUndefined();
  });

  it('fails when the object is another one by now', async () => {
    const conflict = new ApiError(409, 'Conflict', 'the UID in the precondition does not match');
    const { transport } = recordedTransport(conflict);
    await expect(kubeClient(transport).delete(live)).rejects.toBe(conflict);
  });
});

describe('a read', () => {
  it('gives the object as it is', async () => {
    const { transport, requests } = recordedTransport(live);
    expect(await kubeClient(transport).get(KINDS.Deployment, ref)).toBe(live);
    expect(requests).toEqual([{ method: 'GET', path: DEMO }]);
  });

  it('of metadata asks for nothing else, and keeps nothing else', async () => {
    const { transport, requests } = recordedTransport({ ...secret, kind: 'PartialObjectMetadata' });
    const found = await kubeClient(transport).getMetadata(KINDS.Secret, ref);
    expect(found).toEqual({ apiVersion: 'v1', kind: 'Secret', metadata: secret.metadata });
    expect(requests[0]?.accept).toBe(METADATA);
  });

  it('gives undefined for what does not exist, and fails with everything else', async () => {
    const outage = new ApiError(503, 'ServiceUnavailable', 'later');
    const { transport } = recordedTransport(gone, gone, outage, outage);
    const kube = kubeClient(transport);
    expect(await kube.get(KINDS.Deployment, ref)).toBeUndefined();
    expect(await kube.getMetadata(KINDS.Deployment, ref)).toBeUndefined();
    await expect(kube.get(KINDS.Deployment, ref)).rejects.toBe(outage);
    await expect(kube.getMetadata(KINDS.Deployment, ref)).rejects.toBe(outage);
  });

  it('keeps to its object, whatever the name is', async () => {
    const { transport, requests } = recordedTransport(live);
    await kubeClient(transport).get(KINDS.Deployment, { namespace: 'team', name: '../x?y' });
    expect(requests[0]?.path).toBe('/apis/apps/v1/namespaces/team/deployments/..%2Fx%3Fy');
  });
});

describe('an operator that does not lead', () => {
  it('writes nothing, and reads', async () => {
    const { transport, requests } = recordedTransport(live, live);
    const kube = kubeClient(transport, () => false);
    for (const how of ['create', 'apply', 'overwrite', 'delete'] as const) {
      await expect(kube[how](live)).rejects.toThrow('does not lead');
    }
    await expect(kube.applyStatus(server)).rejects.toThrow('does not lead');
    expect(requests).toEqual([]);
    expect(await kube.get(KINDS.Deployment, ref)).toBe(live);
    expect(await kube.getMetadata(KINDS.Deployment, ref)).toBeDefined();
  });

  it('is asked anew at every write', async () => {
    let leads = false;
    const { transport, requests } = recordedTransport();
    const kube = kubeClient(transport, () => leads);
    await expect(kube.apply(live)).rejects.toThrow();
    leads = true;
    await kube.apply(live);
    leads = false;
    await expect(kube.apply(live)).rejects.toThrow();
    expect(requests).toHaveLength(1);
  });
});
