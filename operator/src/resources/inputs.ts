import type { A2AServer } from '../api/a2aserver.ts';

/** What the operator's own configuration gives to builders. */
export interface Settings {
  /** Image of servers that name none. */
  runtimeImage: string;
  /** DNS suffix of Services. */
  clusterDomain: string;
  /** Prefixes of annotations that users may set on Services, Ingresses and pods. */
  allowedAnnotationPrefixes: readonly string[];
}

/** Everything that builders may look at: desired state depends on nothing else. */
export interface Inputs {
  server: A2AServer;
  settings: Settings;
  /** Rendered agent files by file name. */
  agentFiles: Readonly<Record<string, string>>;
  /** The generated key; given only when the Secret is about to be created. */
  newApiKey?: string;
}
