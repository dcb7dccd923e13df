import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { agentsRevision, fileRevision } from '../../runtime/src/contract/agents-revision.ts';
import type { StatusReport } from '../../runtime/src/contract/status-report.ts';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import type { TestApiServer } from './api-server.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };
type Pod = KubeObject & { status?: { podIP?: string } };

/**
 * Stands in for the kubelet and the runtime: pods of one namespace become ready, and answer
 * `/status` on the loopback interface with what their server's ConfigMaps hold.
 */
export interface FakePods {
  /** Port of the stand-in; servers under test set it as their metrics port. */
  port: number;
  stop(): Promise<void>;
}

/** Starts the stand-in for a namespace with one server. */
export async function startFakePods(api: TestApiServer, namespace: string): Promise<FakePods> {
  const status = createServer((_request, response) => {
    void report(api, namespace).then((body) => response.end(JSON.stringify(body)));
  });
  const port = await listen(status);
  const stopping = new AbortController();
  const kubelet = becomeReady(api, namespace, stopping.signal);
  return {
    port,
    async stop() {
      stopping.abort();
      await kubelet;
      status.close();
    },
  };
}

async function becomeReady(
  api: TestApiServer,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const pods = (await api.list(KINDS.Pod, namespace)) as Pod[];
    const started = pods.filter(({ status }) => status?.podIP === undefined);
    for (const { apiVersion, kind, metadata } of started) {
      const since = { lastTransitionTime: new Date().toISOString() };
      const ready = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
        type,
        status: 'True',
        ...since,
      }));
      const status = { phase: 'Running', podIP: '127.0.0.1', conditions: ready };
      const { name, uid = '' } = metadata;
      await api.kube
        .applyStatus({ apiVersion, kind, metadata: { name, namespace, uid }, status })
        .catch(() => undefined);
    }
    await pause(100, undefined, { signal }).catch(() => undefined);
  }
}

let reports = 0;

async function report(api: TestApiServer, namespace: string): Promise<StatusReport> {
  const maps = (await api.list(KINDS.ConfigMap, namespace)) as ConfigMap[];
  const shards = maps.filter(({ metadata }) => metadata.name.includes('-agents-'));
  const files = Object.assign({}, ...shards.map(({ data }) => data ?? {})) as Record<
    string,
    string
  >;
  const agents = Object.entries(files)
    .filter(([name]) => !name.startsWith('_'))
    .map(([, text]) => {
      const { name, generation } = JSON.parse(text) as { name: string; generation: number };
      return { name, generation, revision: fileRevision(text), loaded: true };
    });
  reports += 1;
  return {
    version: 'test',
    revision: agentsRevision(files),
    schemaVersions: [1],
    draining: false,
    agents,
    dependencies: {
      memory: { state: 'Reachable', checks: reports },
      model: { state: 'Reachable', checks: reports },
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
