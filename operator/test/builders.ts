import type { A2AServer } from '../src/api/a2aserver.ts';
import type { AgentDefinition } from '../src/api/agentdefinition.ts';
import type { NetworkSettings, Settings } from '../src/resources/inputs.ts';
import { podsOf } from '../src/resources/network-rule.ts';
import { crdSchema, withDefaults } from './crd-defaults.ts';
import { agentManifest, serverManifest } from './manifests.ts';

const serverSchema = crdSchema('A2AServer');
const agentSchema = crdSchema('AgentDefinition');

/** What a user writes, completed to what the API server stores. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the Kind
export function stored<T>(manifest: object): T {
  const { kind, metadata, ...rest } = manifest as { kind: string; metadata: { name: string } };
  const schema = kind === 'A2AServer' ? serverSchema : agentSchema;
  const meta = { namespace: 'team', uid: `uid-of-${metadata.name}`, generation: 1, ...metadata };
  return withDefaults(schema, { ...rest, kind, metadata: meta }) as T;
}

/** A server that hosts the agent `assistant`; `spec` changes or adds fields. */
export function aServer(spec: object = {}, metadata: object = {}): A2AServer {
  return stored<A2AServer>(serverManifest(spec, metadata));
}

/** An agent named `assistant`; `spec` changes or adds fields. */
export function anAgent(spec: object = {}, metadata: object = {}): AgentDefinition {
  return stored<AgentDefinition>(agentManifest(spec, metadata));
}

/** The operator's configuration of a cluster whose administrator has said all of it. */
export function settings(network: Partial<NetworkSettings> = {}): Settings {
  return {
    runtimeImage: 'a2a-operator/runtime:golden',
    clusterDomain: 'cluster.local',
    allowedAnnotationPrefixes: [],
    network: {
      operator: [podsOf('operators', { app: 'operator' })],
      monitoring: [podsOf('monitoring')],
      ingressControllers: [podsOf('ingress', { app: 'envoy' })],
      dns: { peers: [podsOf('kube-system', { 'k8s-app': 'kube-dns' })], ports: [53] },
      clusterRanges: [],
      ...network,
    },
  };
}
