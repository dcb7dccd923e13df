import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { agentsRevision, fileRevision } from '../../runtime/src/contract/agents-revision.ts';
import type { StatusReport } from '../../runtime/src/contract/status-report.ts';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { INSTANCE_LABEL } from '../src/names.ts';
import type { TestApiServer } from './api-server.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };
type Pod = KubeObject & { spec?: { containers: { image?: string }[] } };

/**
 * Stands in for the kubelet and the runtime: pods of one namespace become ready, and answer
 * `/status` on the loopback interface with what they have mounted. They mount their server's agents when
 * they start and whenever an annotation of theirs changes; a kubelet would look about every minute too.
 */
export interface FakePods {
  /** Port of the stand-in, the same for all of a process; servers under test set it as their metrics port. */
  port: number;
  stop(): Promise<void>;
}

/** Starts the stand-in for a namespace; images that do not run leave their pods pending. */
export async function startFakePods(
  api: TestApiServer,
  namespace: string,
  runs: (image: string) => boolean = () => true,
): Promise<FakePods> {
  const runtimes = new Runtimes(await thePort());
  const stopping = new AbortController();
  const kubelet = (async () => {
    while (!stopping.signal.aborted) {
      const pods = (await api.list(KINDS.Pod, namespace)) as Pod[];
      for (const pod of pods) {
        const [container] = pod.spec?.containers ?? [];
        if (runs(container?.image ?? '')) await look(api, pod, runtimes);
      }
      runtimes.keepOnly(pods);
      await pause(100, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    port: runtimes.port,
    async stop() {
      stopping.abort();
      await kubelet;
      runtimes.keepOnly([]);
    },
  };
}

async function look(api: TestApiServer, pod: Pod, runtimes: Runtimes): Promise<void> {
  const { uid = '', annotations = {} } = pod.metadata;
  const told = JSON.stringify(annotations);
  const known = runtimes.known.get(uid);
  if (known?.told === told) return;
  const files = await agentFiles(api, pod);
  if (known === undefined) await becomeReady(api, pod, await runtimes.start(uid, { files, told }));
  else Object.assign(known, { files, told });
}

let addresses = 0;
let port: Promise<number> | undefined;

/** A free port; what belongs to a server's spec is then the same in every namespace of a test. */
function thePort(): Promise<number> {
  port ??= (async () => {
    const probe = createServer();
    const found = await listen(probe, 0, '127.0.0.1');
    await new Promise((resolve) => probe.close(resolve));
    return found;
  })();
  return port;
}

/** What a pod has mounted, and with which annotations. */
interface Mounted {
  files: Record<string, string>;
  told: string;
}

/** One address of the loopback network for each pod. */
class Runtimes {
  readonly port: number;
  readonly known = new Map<string, Mounted & { listener: Server }>();

  constructor(at: number) {
    this.port = at;
  }

  async start(uid: string, mounted: Mounted): Promise<string> {
    addresses += 1;
    const address = `127.1.${addresses >> 8}.${addresses & 255}`;
    const listener = createServer((_request, response) => {
      response.end(JSON.stringify(report(runtime.files)));
    });
    const runtime = { ...mounted, listener };
    this.known.set(uid, runtime);
    await listen(listener, this.port, address);
    return address;
  }

  keepOnly(pods: readonly Pod[]): void {
    const left = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const [uid, { listener }] of this.known) {
      if (left.has(uid)) continue;
      listener.close();
      this.known.delete(uid);
    }
  }
}

async function becomeReady(
  api: TestApiServer,
  { apiVersion, kind, metadata }: Pod,
  podIP: string,
): Promise<void> {
  const since = { lastTransitionTime: new Date().toISOString() };
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    ...since,
  }));
  const { name, namespace = '', uid = '' } = metadata;
  const stated = { apiVersion, kind, metadata: { name, namespace, uid } };
  await api.kube
    .applyStatus({ ...stated, status: { phase: 'Running', podIP, conditions } })
    // Deleted since it was listed.
    .catch(() => undefined);
}

async function agentFiles(api: TestApiServer, { metadata }: Pod): Promise<Record<string, string>> {
  const server = metadata.labels?.[INSTANCE_LABEL] ?? '';
  const maps = (await api.list(KINDS.ConfigMap, metadata.namespace ?? '')) as ConfigMap[];
  const shards = maps.filter(({ metadata: { name } }) => name.startsWith(`${server}-agents-`));
  return Object.assign({}, ...shards.map(({ data }) => data ?? {})) as Record<string, string>;
}

let reports = 0;

function report(files: Record<string, string>): StatusReport {
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

async function listen(server: Server, at: number, address: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at, address, resolve);
  });
  return (server.address() as AddressInfo).port;
}
