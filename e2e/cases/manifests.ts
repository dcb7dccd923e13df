/** Manifests that stories vary; a story with a fixed one keeps it as YAML beside its test. */

const API_VERSION = 'a2a-operator.io/v1alpha1';

/** An object as `kubectl` takes it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
}

/** An agent whose answers begin with its instructions. */
export function agent(
  name: string,
  spec: object = {},
  labels: Record<string, string> = {},
): Manifest & { spec: object } {
  return {
    apiVersion: API_VERSION,
    kind: 'AgentDefinition',
    metadata: { name, labels },
    spec: { description: `The agent ${name}.`, ...spec },
  };
}

/** A small server that reaches models through the platform's LiteLLM. */
export function server(name: string, spec: object = {}): Manifest & { spec: object } {
  return {
    apiVersion: API_VERSION,
    kind: 'A2AServer',
    metadata: { name },
    spec: { agents: { names: ['assistant'] }, model: LITELLM, pod: SMALL_POD, ...spec },
  };
}

/** What a server needs to call models. */
export const LITELLM = {
  url: 'http://litellm.a2a-platform:4000',
  name: 'assistant-model',
  apiKeySecretRef: { name: 'platform-credentials', key: 'litellm-api-key' },
};

/** The platform's Redis as a server's memory. */
export const REDIS = {
  provider: 'Redis',
  redis: {
    url: 'redis://redis.a2a-platform:6379',
    passwordSecretRef: { name: 'platform-credentials', key: 'redis-password' },
  },
};

/** Requests that leave room for other stories' pods; the defaults are asserted where nothing is set. */
export const SMALL_POD = { resources: { requests: { cpu: '10m', memory: '64Mi' } } };

/** A Secret with these values. */
export function secret(name: string, stringData: Record<string, string>): Manifest {
  return { ...plain('Secret', name), stringData } as Manifest;
}

/** A ConfigMap with these texts. */
export function configMap(name: string, data: Record<string, string>): Manifest {
  return { ...plain('ConfigMap', name), data } as Manifest;
}

/** A pod of the restricted profile that runs a script with Node.js once. */
export function scriptPod(name: string, script: string, env: Record<string, string>): Manifest {
  const container = {
    name: 'script',
    image: 'node:24-bookworm-slim',
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '--input-type=module', '--eval', script],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    resources: { requests: { cpu: '10m', memory: '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = {
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext,
    containers: [container],
  };
  return { ...plain('Pod', name), spec } as Manifest;
}

function plain(kind: string, name: string): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name } };
}
