import type { A2AServer } from '../api/a2aserver.ts';
import type { Endpoints } from './egress-destinations.ts';
import type { NetworkPeer } from './network-rule.ts';
import type { ServiceView } from './service-passage.ts';

/** What the administrator knows of the cluster's network. */
export interface NetworkSettings {
  /** The operator's own pods. */
  operator: readonly NetworkPeer[];
  /** Who collects metrics. */
  monitoring: readonly NetworkPeer[];
  /** Who serves Ingresses. */
  ingressControllers: readonly NetworkPeer[];
  /** Who resolves names, and on which ports they listen. */
  dns: { peers: readonly NetworkPeer[]; ports: readonly number[] };
  /** Ranges of pods, nodes and Services that are not private anyway. */
  clusterRanges: readonly string[];
  /** The only namespace whose Services can be seen; all of them when absent. */
  visibleNamespace?: string;
}

/** What the operator's own configuration gives to builders. */
export interface Settings {
  /** Image of servers that name none. */
  runtimeImage: string;
  /** DNS suffix of Services. */
  clusterDomain: string;
  /** Prefixes of annotations that users may set on Services, Ingresses and pods. */
  allowedAnnotationPrefixes: readonly string[];
  network: NetworkSettings;
}

/** Everything that builders may look at: desired state depends on nothing else. */
export interface Inputs {
  server: A2AServer;
  settings: Settings;
  /** Rendered agent files by file name. */
  agentFiles: Readonly<Record<string, string>>;
  /** What pods were started with that are still there. */
  running: readonly Endpoints[];
  /** Services that exist, of those that the hosts of the spec and of those pods may mean. */
  services: readonly ServiceView[];
  /** The generated key; given only when the Secret is about to be created. */
  newApiKey?: string;
}
