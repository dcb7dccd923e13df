import { setTimeout as pause } from 'node:timers/promises';
import { agent, LITELLM, REDIS, SMALL_POD } from '../cases/manifests.ts';
import { answerOf, ask } from '../clients/json-rpc.ts';
import type { Endpoint } from '../clients/json-rpc.ts';
import { beginLoad } from '../clients/load.ts';
import { ensureCredentials, grantCredentials } from '../platform/credentials.ts';
import { namespace } from '../platform/install.ts';
import type { ClusterAccess } from '../platform/access.ts';

const NAMESPACE = 'e2e-bench-edits';
const PODS = 2;
/** How often each pod is asked whether it answers anew. */
const LOOK_MS = 10;

/** What editing an agent again and again came to, at one size of the fleet. */
export interface HotEdits {
  agents: number;
  /** From the start of `kubectl apply` to the new answer of the last pod, edit by edit. */
  liveMs: number[];
  requests: number;
  failures: string[];
  /** Of each pod's process, after all that. */
  residentMib: number[];
}

/** Edits one agent of a fleet under load; every fleet is a server of its own, one after the other. */
export async function hotEdits(
  cluster: ClusterAccess,
  sizes: readonly number[],
  edits: number,
): Promise<HotEdits[]> {
  await cluster.apply(namespace(NAMESPACE));
  await grantCredentials(cluster, NAMESPACE, await ensureCredentials(cluster, undefined));
  try {
    const measured: HotEdits[] = [];
    for (const size of sizes) measured.push(await oneFleet(cluster, size, edits));
    return measured;
  } finally {
    await cluster.kubectl('delete', 'namespace', NAMESPACE, '--wait=false');
  }
}

async function oneFleet(cluster: ClusterAccess, agents: number, edits: number): Promise<HotEdits> {
  const name = `fleet-${agents}`;
  const labels = { fleet: name };
  const edited = `${name}-0`;
  const says = (text: string): object => ({ instructions: { inline: text } });
  const apply = (...objects: object[]): Promise<unknown> =>
    cluster.apply(objects.map((object) => JSON.stringify(object)).join('\n'), '-n', NAMESPACE);
  await apply(
    ...Array.from({ length: agents }, (_, index) =>
      agent(`${name}-${index}`, says('An agent of a bench.'), labels),
    ),
    serverOf(name, edited),
  );
  const kubectl = (...args: string[]): Promise<string> => cluster.kubectl('-n', NAMESPACE, ...args);
  await kubectl('wait', `a2as/${name}`, '--for=condition=Ready', '--timeout=120s');
  const pods = await endpoints(kubectl, name, edited);
  const load = beginLoad(pods);
  const liveMs: number[] = [];
  for (let edit = 1; edit <= edits; edit += 1) {
    const text = `This is version ${edit} of it.`;
    const begunMs = performance.now();
    await apply(agent(edited, says(text), labels));
    await Promise.all(pods.map((pod) => answersWith(pod, text)));
    liveMs.push(performance.now() - begunMs);
  }
  const ended = await load.end();
  const residentMib = await Promise.all(pods.map(residentMibOf));
  await kubectl('delete', 'a2as,agentdef', '--all');
  return { agents, liveMs, residentMib, ...ended };
}

/** What a pod's process says of its memory, which it reads from /proc. */
async function residentMibOf({ url }: Endpoint): Promise<number> {
  const metrics = await (await fetch(`http://${new URL(url).hostname}:9090/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1];
  return Number(bytes) / 2 ** 20;
}

function serverOf(name: string, defaultAgent: string): object {
  return {
    apiVersion: 'a2a-operator.io/v1alpha1',
    kind: 'A2AServer',
    metadata: { name },
    spec: {
      agents: { selector: { matchLabels: { fleet: name } }, default: defaultAgent },
      replicas: PODS,
      model: LITELLM,
      memory: REDIS,
      auth: { enabled: false },
      pod: SMALL_POD,
    },
  };
}

async function endpoints(
  kubectl: (...args: string[]) => Promise<string>,
  server: string,
  name: string,
): Promise<Endpoint[]> {
  const query = ['-l', `app.kubernetes.io/instance=${server}`];
  const ips = await kubectl('get', 'pods', ...query, '-o', 'jsonpath={.items[*].status.podIP}');
  return ips.split(' ').map((ip) => ({ url: `http://${ip}:3000/a2a/agents/${name}` }));
}

async function answersWith(pod: Endpoint, text: string): Promise<void> {
  while (!answerOf((await ask(pod, 'Hello')).task).includes(text)) await pause(LOOK_MS);
}
