import type { KubeObject } from '../api/object.ts';
import { REVISION_ANNOTATION } from '../names.ts';
import type { ServiceView } from '../resources/service-passage.ts';
import type { Pod, ReplicaSet } from './caches.ts';

/**
 * Of a pod: whose it is, how it is, and which version of its volumes it was told to have. A cluster's pods
 * would otherwise be most of the memory.
 */
export function keptOfPod({ apiVersion, kind, metadata, status }: Pod): Pod {
  const { phase, podIP, conditions, containerStatuses } = status ?? {};
  const kept = {
    ...(phase !== undefined && { phase }),
    ...(podIP !== undefined && { podIP }),
    ...(conditions !== undefined && { conditions }),
    ...(containerStatuses !== undefined && { containerStatuses }),
  };
  const revision = metadata.annotations?.[REVISION_ANNOTATION];
  return {
    apiVersion,
    kind,
    metadata: {
      ...withoutAnnotations(metadata),
      ...(revision !== undefined && { annotations: { [REVISION_ANNOTATION]: revision } }),
    },
    status: kept,
  };
}

/** Of a ReplicaSet: whose it is, and which Secrets and ConfigMaps its pods need to start. */
export function keptOfReplicaSet({ apiVersion, kind, metadata, spec }: ReplicaSet): ReplicaSet {
  const { containers = [], volumes = [] } = spec?.template?.spec ?? {};
  const pod = {
    containers: containers.map(({ name, envFrom = [] }) => ({ name, envFrom })),
    volumes: volumes.filter(({ secret }) => secret !== undefined),
  };
  return {
    apiVersion,
    kind,
    metadata: withoutAnnotations(metadata),
    spec: { selector: {}, template: { spec: pod } },
  };
}

/** Of a Service: what tells where traffic to it ends. */
export function keptOfService({ apiVersion, kind, metadata, spec }: ServiceView): ServiceView {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  const { type, clusterIP, selector, externalName, ports } = spec ?? {};
  const kept = {
    ...(type !== undefined && { type }),
    ...(clusterIP === 'None' && { clusterIP }),
    ...(selector !== undefined && { selector }),
    ...(externalName !== undefined && { externalName }),
    ...(ports !== undefined && {
      ports: ports.map(({ port, protocol, targetPort }) => ({
        port,
        ...(protocol !== undefined && { protocol }),
        ...(targetPort !== undefined && { targetPort }),
      })),
    }),
  };
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, spec: kept };
}

function withoutAnnotations(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const kept = { ...metadata };
  delete kept.annotations;
  return kept;
}
