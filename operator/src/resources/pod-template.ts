import type {
  V1Container,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1TopologySpreadConstraint,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import {
  AGENTS_DIR,
  HTTP_PORT,
  LOGS_DIR,
  PROBES,
  SECRETS_DIR,
  TMP_DIR,
} from '../../../runtime/src/contract/layout.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { AGENT_SHARDS, childNames, labels, selectorLabels } from '../names.ts';
import { grantedVolumeMounts, grantedVolumes } from './granted-secrets.ts';
import { heapOptions } from './heap-options.ts';
import type { Inputs } from './inputs.ts';
import { runtimeConfigMap } from './runtime-config-map.ts';
import { secretMounts, secretVolume } from './secret-mounts.ts';

/** Group of the image's user, so that it can read mounted Secrets and write its empty folders. */
const RUNTIME_GROUP = 1000;

/** Endpoints forget a pod while it already gets SIGTERM; this pause lets them forget it first. */
const PRE_STOP_SECONDS = 5;
const DRAIN_SECONDS = 60;
const EXIT_MARGIN_SECONDS = 10;

/** The pods of a server. Whatever is in here needs a restart when it changes. */
export function podTemplate(inputs: Inputs): V1PodTemplateSpec {
  const { server } = inputs;
  const { pod } = server.spec;
  return {
    metadata: {
      labels: { ...pod.labels, ...labels(server.metadata.name) },
      ...(pod.annotations !== undefined && { annotations: pod.annotations }),
    },
    spec: {
      ...scheduling(server),
      ...(server.spec.imagePullSecrets && { imagePullSecrets: server.spec.imagePullSecrets }),
      serviceAccountName: pod.serviceAccountName ?? childNames.serviceAccount(server.metadata.name),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + DRAIN_SECONDS + EXIT_MARGIN_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        fsGroup: RUNTIME_GROUP,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [container(inputs)],
      volumes: volumes(server),
    },
  };
}

function container(inputs: Inputs): V1Container {
  const { server, settings } = inputs;
  const { spec } = server;
  return {
    name: 'runtime',
    image: spec.image ?? settings.runtimeImage,
    imagePullPolicy: spec.imagePullPolicy,
    envFrom: [{ configMapRef: { name: runtimeConfigMap(inputs).metadata.name } }],
    env: [...heapOptions(spec.pod.resources.limits), ...(spec.pod.env ?? [])],
    ports: [
      { name: 'http', containerPort: HTTP_PORT, protocol: 'TCP' },
      { name: 'metrics', containerPort: spec.metrics.port, protocol: 'TCP' },
    ],
    ...probes(),
    // What the runtime said last before it exited: the operator shows it in the status.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
    resources: {
      requests: quantities(spec.pod.resources.requests),
      limits: quantities(spec.pod.resources.limits),
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: volumeMounts(server),
  };
}

type Timing = Partial<Record<'periodSeconds' | 'failureThreshold' | 'initialDelaySeconds', number>>;

/** Startup answers within a second of being ready; the slower periods are the guide's (K07, K08). */
function probes(): Pick<V1Container, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> {
  const get = (path: string, timing: Timing): V1Probe => ({
    httpGet: { path, port: 'http' },
    timeoutSeconds: 5,
    ...timing,
  });
  return {
    startupProbe: get(PROBES.startup, { periodSeconds: 1, failureThreshold: 60 }),
    livenessProbe: get(PROBES.live, { initialDelaySeconds: 60, periodSeconds: 30 }),
    readinessProbe: get(PROBES.ready, { initialDelaySeconds: 5, periodSeconds: 5 }),
  };
}

function scheduling(server: A2AServer): Partial<V1PodSpec> {
  const { nodeSelector, tolerations, affinity, priorityClassName } = server.spec.pod;
  return {
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    topologySpreadConstraints: server.spec.pod.topologySpreadConstraints ?? spread(server),
  };
}

function spread(server: A2AServer): V1TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(server.metadata.name) },
  }));
}

function volumes(server: A2AServer): V1Volume[] {
  const shards = Array.from({ length: AGENT_SHARDS }, (_, shard) => ({
    configMap: {
      name: childNames.agentsConfigMap(server.metadata.name, shard),
      optional: true,
    },
  }));
  return [
    { name: 'agents', projected: { sources: shards } },
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'logs', emptyDir: { sizeLimit: '128Mi' } },
    ...secretMounts(server).map(secretVolume),
    ...grantedVolumes(server),
    ...((server.spec.pod.volumes ?? []) as V1Volume[]),
  ];
}

function volumeMounts(server: A2AServer): V1VolumeMount[] {
  return [
    { name: 'agents', mountPath: AGENTS_DIR, readOnly: true },
    { name: 'tmp', mountPath: TMP_DIR },
    { name: 'logs', mountPath: LOGS_DIR },
    ...secretMounts(server).map(({ volume }) => ({
      name: volume,
      mountPath: `${SECRETS_DIR}/${volume}`,
      readOnly: true,
    })),
    ...grantedVolumeMounts(server),
    ...(server.spec.pod.volumeMounts ?? []),
  ];
}

function quantities(values: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
