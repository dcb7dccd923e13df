import type { A2AServer } from '../src/api/a2aserver.ts';
import type { AgentDefinition } from '../src/api/agentdefinition.ts';
import type { Condition, KubeObject } from '../src/api/object.ts';
import { CHILD_KINDS, KINDS } from '../src/kube/kinds.ts';
import type { Kind } from '../src/kube/port.ts';
import { eventually } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { startFakePods } from './fake-pods.ts';
import type { FakePods } from './fake-pods.ts';
import { serverManifest } from './manifests.ts';
import type { Manifest } from './manifests.ts';

/** What a condition has to be; `says` is part of its message. */
interface Wanted {
  status: string;
  reason?: string;
  says?: string;
}

/** A namespace whose pods become ready, for tests around the server `demo` and the agent `assistant`. */
export class TestNamespace {
  readonly name: string;
  readonly #api: TestApiServer;
  readonly #pods: FakePods;

  private constructor(name: string, api: TestApiServer, pods: FakePods) {
    this.name = name;
    this.#api = api;
    this.#pods = pods;
  }

  /** `runs`: whether pods of an image become ready; all do when it is absent. */
  static async create(
    api: TestApiServer,
    name: string,
    runs?: (image: string) => boolean,
  ): Promise<TestNamespace> {
    await api.kubectl(['create', 'namespace', name]);
    return new TestNamespace(name, api, await startFakePods(api, name, runs));
  }

  async stop(): Promise<void> {
    await this.#pods.stop();
  }

  /** The server's manifest; it reads its pods' status where the stand-in answers. */
  serverManifest(spec: object = {}, metadata: object = {}): Manifest {
    return serverManifest({ metrics: { port: this.#pods.port }, ...spec }, metadata);
  }

  /** kubectl in this namespace; gives its output, or what it complained about. */
  kubectl(...args: string[]): Promise<string> {
    return this.#api.kubectl(['--namespace', this.name, ...args]);
  }

  /** `kubectl apply`; rejects with the API server's words when a manifest is refused. */
  async apply(...manifests: Manifest[]): Promise<void> {
    await this.#succeed('apply', manifests);
  }

  /** `kubectl create`, which keeps no copy in an annotation, so that large objects fit. */
  async create(...manifests: Manifest[]): Promise<void> {
    await this.#succeed('create', manifests);
  }

  async #succeed(verb: string, manifests: Manifest[]): Promise<void> {
    const args = ['--namespace', this.name, verb, '-f', '-'];
    const output = await this.#api.kubectl(args, manifests);
    if (/rror|is invalid/.test(output)) throw new Error(output);
  }

  get(kind: Kind, name: string): Promise<KubeObject | undefined> {
    return this.#api.kube.get(kind, { namespace: this.name, name });
  }

  list(kind: Kind): Promise<KubeObject[]> {
    return this.#api.list(kind, this.name);
  }

  async server(name = 'demo'): Promise<A2AServer> {
    return (await this.get(KINDS.A2AServer, name)) as A2AServer;
  }

  async agent(): Promise<AgentDefinition> {
    return (await this.get(KINDS.AgentDefinition, 'assistant')) as AgentDefinition;
  }

  /** What a server owns. */
  async owned(name = 'demo'): Promise<KubeObject[]> {
    const lists = await Promise.all(CHILD_KINDS.map((kind) => this.list(kind)));
    return lists.flat().filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === name);
  }

  /** Waits for a condition of the server's current generation. */
  serverCondition(type: string, wanted: Wanted, name = 'demo'): Promise<Condition> {
    return condition(() => this.server(name), type, wanted);
  }

  /** Waits for a condition of the agent's current generation. */
  agentCondition(type: string, wanted: Wanted): Promise<Condition> {
    return condition(() => this.agent(), type, wanted);
  }

  /** Waits until the server is Ready. */
  ready(name = 'demo'): Promise<Condition> {
    return this.serverCondition('Ready', { status: 'True' }, name);
  }
}

async function condition(
  look: () => Promise<A2AServer | AgentDefinition>,
  type: string,
  wanted: Wanted,
): Promise<Condition> {
  let last: unknown;
  try {
    return await eventually(`${type} ${JSON.stringify(wanted)}`, async () => {
      const { metadata, status } = await look();
      last = status?.conditions;
      const found = status?.conditions?.find((one) => one.type === type);
      const current = found?.observedGeneration === metadata.generation;
      return current && matches(found, wanted) ? found : undefined;
    });
  } catch (error) {
    throw new Error(`${String(error)}; last seen: ${JSON.stringify(last)}`, { cause: error });
  }
}

function matches(found: Condition, { status, reason, says = '' }: Wanted): boolean {
  const sameReason = reason === undefined || found.reason === reason;
  return found.status === status && sameReason && found.message.includes(says);
}
