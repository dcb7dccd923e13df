import { setTimeout as pause } from 'node:timers/promises';
import type { Api, KubeObject } from '../../../e2e/bench/operator/api.ts';
import { INSTANCE_LABEL, MANAGED, collectionPath } from '../../../e2e/bench/operator/paths.ts';
import { follow } from '../../../e2e/bench/operator/watch.ts';
import type { Change } from '../../../e2e/bench/operator/watch.ts';
import { agentsRevision, fileRevision } from '../../../runtime/src/contract/agents-revision.ts';
import { AGENT_FILE_SCHEMA_VERSION } from '../../../runtime/src/contract/agent-file.ts';
import type { AgentReport, StatusReport } from '../../../runtime/src/contract/status-report.ts';

/** What the runtimes of all pods would say. */
export interface PodAnswers {
  /** Of the pod with this address; undefined when no pod has had it for a second. */
  reportOf(address: string): Promise<StatusReport | undefined>;
}

type Files = Readonly<Record<string, string>>;

/** A pod counts its looks at Redis and at the model from its start; three are what is believed. */
const FIRST_CHECKS = 3;
const CHECK_MS = 1_000;

/** Its own watch may be behind the operator's, which asks as soon as a pod is Ready. */
const PATIENCE_MS = 1_000;
const LOOK_MS = 20;

/** Follows the pods and the ConfigMaps that they would mount. */
export function watchPods(api: Api): PodAnswers {
  const servers = new Map<string, string>();
  const startedMs = new Map<string, number>();
  const maps = new Map<string, Map<string, Files>>();
  const { signal } = new AbortController();
  void follow(api, `${collectionPath('v1', 'Pod')}?${MANAGED}`, podChanged, signal);
  void follow(api, `${collectionPath('v1', 'ConfigMap')}?${MANAGED}`, mapChanged, signal);

  function podChanged({ type, object }: Change): void {
    const { podIP } = (object.status ?? {}) as { podIP?: string };
    if (podIP === undefined || type === 'DELETED') return;
    servers.set(podIP, serverOf(object));
    if (!startedMs.has(podIP)) startedMs.set(podIP, Date.now());
  }

  function mapChanged({ type, object }: Change): void {
    const { name } = object.metadata;
    if (!name.includes('-agents-')) return;
    const ofServer = maps.get(serverOf(object)) ?? new Map<string, Files>();
    maps.set(serverOf(object), ofServer);
    if (type === 'DELETED') ofServer.delete(name);
    else ofServer.set(name, (object.data ?? {}) as Files);
  }

  return {
    async reportOf(address) {
      const deadline = Date.now() + PATIENCE_MS;
      while (!servers.has(address) && Date.now() < deadline) await pause(LOOK_MS);
      const server = servers.get(address);
      if (server === undefined) return undefined;
      const files = Object.assign({}, ...(maps.get(server)?.values() ?? [])) as Files;
      const age = Date.now() - (startedMs.get(address) ?? 0);
      return statusReport(files, FIRST_CHECKS + Math.floor(age / CHECK_MS));
    },
  };
}

function serverOf({ metadata }: KubeObject): string {
  return metadata.labels?.[INSTANCE_LABEL] ?? '';
}

/** What a runtime says that has read these files. */
export function statusReport(files: Files, checks: number): StatusReport {
  const reachable = { state: 'Reachable', checks } as const;
  return {
    version: 'bench',
    revision: agentsRevision(files),
    schemaVersions: [AGENT_FILE_SCHEMA_VERSION],
    draining: false,
    agents: Object.entries(files)
      .filter(([name]) => !name.startsWith('_'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => agentReport(text)),
    dependencies: { memory: reachable, model: reachable },
  };
}

function agentReport(text: string): AgentReport {
  const { name, generation } = JSON.parse(text) as { name: string; generation: number };
  return { name, generation, revision: fileRevision(text), loaded: true };
}
