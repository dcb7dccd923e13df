import { ports } from '../cluster/addresses.ts';
import { waitFor } from '../cluster/wait.ts';
import { ingressFetch } from '../clients/ingress-fetch.ts';
import { embeddedCluster } from '../platform/access.ts';
import { ensureCredentials, grantCredentials } from '../platform/credentials.ts';
import { namespace as namespaceManifest } from '../platform/install.ts';
import type { ClusterAccess } from '../platform/access.ts';
import type { Manifest } from './manifests.ts';

/** A live object, as far as stories look at any. */
export interface KubeObject {
  kind: string;
  metadata: {
    name: string;
    uid: string;
    generation: number;
    resourceVersion: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    ownerReferences?: { uid: string }[];
  };
}

/** A condition of either kind. */
export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration: number;
}

/** What a condition is to become; what is left out may be anything. */
export interface Wanted {
  status: string;
  reason?: string;
  /** Parts of the message. */
  says?: readonly string[];
}

/** A namespace of its own on the cluster, and a user's view of it. */
export interface Story {
  namespace: string;
  /** The whole cluster, as its administrator. */
  cluster: ClusterAccess;
  /** kubectl in the namespace; gives the output, rejects with kubectl's complaint. */
  kubectl(...args: string[]): Promise<string>;
  apply(...manifests: Manifest[]): Promise<string>;
  /** A live object; rejects when there is none. */
  get<T = object>(kind: string, name: string): Promise<KubeObject & T>;
  /** The live objects of Kinds separated by commas. */
  list<T = object>(kinds: string, selector?: string): Promise<(KubeObject & T)[]>;
  /** Waits until a condition of the current generation is as wanted, and gives it. */
  condition(resource: string, type: string, wanted: Wanted, seconds?: number): Promise<Condition>;
  /** Waits until servers and agents (`a2as/x`) are Ready in their current generation. */
  ready(...resources: string[]): Promise<void>;
  /** The API key that the operator generated for a server. */
  apiKey(server: string): Promise<string>;
  /** Deletes the namespace; does not wait for its end. */
  end(): Promise<void>;
}

/**
 * Begins a story in a fresh namespace, which enforces the restricted Pod Security profile and has
 * the platform's credentials. What an aborted run left of it is deleted first.
 */
export async function beginStory(name: string): Promise<Story> {
  const cluster = embeddedCluster();
  const namespace = `e2e-${name}`;
  await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found');
  await cluster.apply(namespaceManifest(namespace));
  await grantCredentials(cluster, namespace, await ensureCredentials(cluster, undefined));
  const kubectl: Story['kubectl'] = (...args) => cluster.kubectl('-n', namespace, ...args);
  const list = async <T>(kinds: string, selector?: string): Promise<(KubeObject & T)[]> => {
    const labels = selector === undefined ? [] : ['-l', selector];
    const json = await kubectl('get', kinds, ...labels, '-o', 'json');
    return (JSON.parse(json) as { items: (KubeObject & T)[] }).items;
  };
  const get = async <T>(kind: string, object: string): Promise<KubeObject & T> =>
    JSON.parse(await kubectl('get', kind, object, '-o', 'json')) as KubeObject & T;
  return {
    namespace,
    cluster,
    kubectl,
    get,
    list,
    apply: (...manifests) =>
      cluster.apply(manifests.map((one) => JSON.stringify(one)).join('\n'), '-n', namespace),
    condition: (resource, type, wanted, seconds = 60) =>
      awaitCondition(() => looked(kubectl, resource), { resource, type, wanted, seconds }),
    ready: async (...resources) => {
      await kubectl('wait', '--for=condition=Ready', '--timeout=90s', ...resources);
    },
    apiKey: async (server) => {
      const { data } = await get<{ data: Record<string, string> }>('secret', `${server}-api-key`);
      return Buffer.from(data['api-key'] ?? '', 'base64').toString();
    },
    end: async () => {
      await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}

interface Conditioned {
  metadata: { generation: number };
  status?: { conditions?: Condition[] };
}

async function looked(kubectl: Story['kubectl'], resource: string): Promise<Conditioned> {
  return JSON.parse(await kubectl('get', resource, '-o', 'json')) as Conditioned;
}

async function awaitCondition(
  look: () => Promise<Conditioned>,
  sought: { resource: string; type: string; wanted: Wanted; seconds: number },
): Promise<Condition> {
  const { resource, type, wanted, seconds } = sought;
  let last: unknown;
  const found = async (): Promise<Condition | undefined> => {
    const { metadata, status } = await look();
    last = status?.conditions;
    const condition = status?.conditions?.find((one) => one.type === type);
    const isCurrent = condition?.observedGeneration === metadata.generation;
    return isCurrent && matches(condition, wanted) ? condition : undefined;
  };
  const what = `${resource} with ${type} ${JSON.stringify(wanted)}`;
  try {
    return await waitFor(what, found, { seconds, everyMilliseconds: POLL_MS });
  } catch (cause) {
    const seen = JSON.stringify(last, undefined, 2);
    throw new Error(`${what}: not so after ${seconds} s; last seen: ${seen}`, { cause });
  }
}

function matches(found: Condition, { status, reason, says = [] }: Wanted): boolean {
  const isSameReason = reason === undefined || found.reason === reason;
  return (
    found.status === status && isSameReason && says.every((part) => found.message.includes(part))
  );
}

/** Between two looks by kubectl, which costs a process each. */
const POLL_MS = 500;

/** Looks with kubectl until something holds, and gives it. */
export function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seconds = 60,
): Promise<T> {
  return waitFor(what, look, { seconds, everyMilliseconds: POLL_MS });
}

/** Base URL of an Ingress host, as cards must advertise it. */
export function ingressBase(host: string): string {
  return `http://${host}:${ports.ingressHttp}`;
}

/** Waits until the ingress controller has taken over a host; Ready does not tell that. */
export async function awaitRoute(host: string): Promise<void> {
  const card = `${ingressBase(host)}/.well-known/agent-card.json`;
  const look = async (): Promise<boolean> => (await ingressFetch(card)).ok;
  await waitFor(`the Ingress of ${host}`, look, { seconds: 30 });
}

/** A pod, as far as stories look at one. */
export interface Pod {
  spec: { containers: { image: string }[] };
  status: {
    phase: string;
    podIP: string;
    containerStatuses?: { restartCount: number; ready: boolean }[];
    conditions?: { type: string; status: string }[];
  };
}

/** The running pods of a server. */
export async function podsOf(story: Story, server: string): Promise<(KubeObject & Pod)[]> {
  const pods = await story.list<Pod>('pods', `app.kubernetes.io/instance=${server}`);
  return pods.filter(({ metadata }) => !('deletionTimestamp' in metadata));
}

/** Where a pod answers on the A2A port; pods can be reached from this machine. */
export function podUrl(pod: Pod): string {
  return `http://${pod.status.podIP}:3000`;
}
