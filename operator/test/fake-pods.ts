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
type Pod = KubeObject & {
  spec?: { containers: { image?: string }[] };
  status?: { podIP?: string };
};

/**
 * Stands in for the kubelet and the runtime: pods of one namespace become ready, and answer
 * `/status` on the loopback interface with what their server's ConfigMaps hold.
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
  const runtimes = new Runtimes((server) => report(api, namespace, server), await thePort());
  const stopping = new AbortController();
  const kubelet = (async () => {
    while (!stopping.signal.aborted) {
      const pods = (await api.list(KINDS.Pod, namespace)) as Pod[];
      for (const pod of pods) {
        const isNew = pod.status?.podIP === undefined;
        const [container] = pod.spec?.containers ?? [];
        if (isNew && runs(container?.image ?? '')) await becomeReady(api, pod, runtimes);
      }
      await pause(100, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    port: runtimes.port,
    async stop() {
      stopping.abort();
      await kubelet;
      runtimes.stop();
    },
  };
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

/** One address of the loopback network for each server's pods: by it they know whose they are. */
class Runtimes {
  readonly port: number;
  readonly #report: (server: string) => Promise<StatusReport>;
  readonly #known = new Map<string, { address: string; listener: Server }>();

  constructor(reportOf: (server: string) => Promise<StatusReport>, at: number) {
    this.#report = reportOf;
    this.port = at;
  }

  async addressOf(server: string): Promise<string> {
    const known = this.#known.get(server);
    if (known !== undefined) return known.address;
    addresses += 1;
    const address = `127.1.${addresses >> 8}.${addresses & 255}`;
    const listener = createServer((_request, response) => {
      this.#report(server).then(
        (body) => response.end(JSON.stringify(body)),
        () => response.destroy(),
      );
    });
    this.#known.set(server, { address, listener });
    await listen(listener, this.port, address);
    return address;
  }

  stop(): void {
    for (const { listener } of this.#known.values()) listener.close();
  }
}

async function becomeReady(
  api: TestApiServer,
  { apiVersion, kind, metadata }: Pod,
  runtimes: Runtimes,
): Promise<void> {
  const since = { lastTransitionTime: new Date().toISOString() };
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    ...since,
  }));
  const podIP = await runtimes.addressOf(metadata.labels?.[INSTANCE_LABEL] ?? '');
  const { name, namespace = '', uid = '' } = metadata;
  const stated = { apiVersion, kind, metadata: { name, namespace, uid } };
  await api.kube
    .applyStatus({ ...stated, status: { phase: 'Running', podIP, conditions } })
    // Deleted since it was listed.
    .catch(() => undefined);
}

let reports = 0;

async function report(
  api: TestApiServer,
  namespace: string,
  server: string,
): Promise<StatusReport> {
  const maps = (await api.list(KINDS.ConfigMap, namespace)) as ConfigMap[];
  const shards = maps.filter(({ metadata }) => metadata.name.startsWith(`${server}-agents-`));
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

async function listen(server: Server, at: number, address: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at, address, resolve);
  });
  return (server.address() as AddressInfo).port;
}
