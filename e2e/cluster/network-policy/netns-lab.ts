/**
 * A node, three pods and an outside host as network namespaces, wired like the test cluster: pods on
 * a bridge of the node, Services and a hostPort by DNAT, masquerading towards the outside. The node
 * is a namespace of its own too, so nothing here can touch the filter, sets or bridge of the machine
 * or of a cluster that runs on it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runner } from './firewall.ts';
import type { Run } from './firewall.ts';
import type { AgentCommand, AgentReply, Target } from './netns-agent.ts';

const PREFIX = 'a2anp';
const NAMESPACES_FOLDER = '/run/netns';

export const ADDRESSES = {
  web: '10.244.0.10',
  db: '10.244.0.11',
  client: '10.244.0.12',
  outside: '198.51.100.10',
  node: '198.51.100.1',
} as const;

/** Service addresses and what they lead to; `hostPort` is a port of the node's own address. */
export const SERVICES = {
  web: { address: '10.96.0.10', port: 80, backend: { address: ADDRESSES.web, port: 8080 } },
  db: { address: '10.96.0.11', port: 80, backend: { address: ADDRESSES.db, port: 8081 } },
  api: { address: '10.96.0.1', port: 443, backend: { address: ADDRESSES.node, port: 6443 } },
  hostPort: {
    address: ADDRESSES.node,
    port: 18080,
    backend: { address: ADDRESSES.web, port: 8080 },
  },
} as const;

export type Place = keyof typeof ADDRESSES;

const LISTENERS: Record<Place, { tcp: number[]; udp: number[] }> = {
  web: { tcp: [8000, 8080, 8100, 8101, 9090], udp: [5353] },
  db: { tcp: [8080, 8081], udp: [53] },
  client: { tcp: [8080], udp: [] },
  outside: { tcp: [443], udp: [53] },
  node: { tcp: [6443], udp: [] },
};

export interface Lab {
  /** Runs a command in the namespace of a place. */
  readonly run: (place: Place) => Run;
  readonly namespaceOf: (place: Place) => string;
  readonly ask: (place: Place, command: AgentCommand) => Promise<string>;
  /** Who answered (`name:port`) within the time, or ''. */
  readonly probe: (from: Place, target: Target, waitMs: number) => Promise<string>;
  /** Ends the agents and deletes the namespaces, and with them all that was in them. */
  readonly dispose: () => Promise<void>;
}

/** Needs root; removes what an earlier run that was killed has left. Throws when any step fails. */
export async function createLab(): Promise<Lab> {
  if (process.getuid?.() !== 0) {
    throw new Error('The data-plane test makes network namespaces: run it as root.');
  }
  await sweep();
  const run = (place: Place): Run => runner(['ip', 'netns', 'exec', namespaceOf(place)]);
  const agents = new Map<Place, Agent>();
  const dispose = async (): Promise<void> => {
    await Promise.all([...agents.values()].map((agent) => agent.end()));
    await deleteNamespaces(`${PREFIX}-${process.pid}-`);
  };
  try {
    await wire();
    for (const place of places()) agents.set(place, startAgent(namespaceOf(place)));
    const ask = async (place: Place, command: AgentCommand): Promise<string> =>
      (await agents.get(place)?.ask(command)) ?? '';
    await Promise.all(
      places().map((name) => ask(name, { do: 'listen', name, ...LISTENERS[name] })),
    );
    const probe = (from: Place, target: Target, waitMs: number): Promise<string> =>
      ask(from, { do: 'probe', target, waitMs });
    return { run, namespaceOf, ask, probe, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function wire(): Promise<void> {
  const run = runner();
  for (const place of places()) await run(['ip', 'netns', 'add', namespaceOf(place)]);
  const onNode = ['ip', '-n', namespaceOf('node'), '-batch', '-'];
  await run(onNode, nodeLinks().join('\n'));
  for (const pod of podsOf()) await configureHost(pod, `${ADDRESSES[pod]}/24`, '10.244.0.1');
  await configureHost('outside', `${ADDRESSES.outside}/24`, ADDRESSES.node);
  const inNode = runner(['ip', 'netns', 'exec', namespaceOf('node')]);
  await inNode(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1']);
  await inNode(['iptables-restore', '--wait', '5', '--noflush'], translation());
}

function nodeLinks(): string[] {
  const hosts: Place[] = [...podsOf(), 'outside'];
  return [
    'link set lo up',
    'link add a2anp0 type bridge',
    'addr add 10.244.0.1/24 dev a2anp0',
    'link set a2anp0 up',
    ...hosts.map((host) => `link add ${host} type veth peer name eth0 netns ${namespaceOf(host)}`),
    ...podsOf().map((pod) => `link set ${pod} master a2anp0`),
    // A pod that reaches itself through its Service leaves the bridge where it came in.
    ...podsOf().map((pod) => `link set ${pod} type bridge_slave hairpin on`),
    ...hosts.map((host) => `link set ${host} up`),
    `addr add ${ADDRESSES.node}/24 dev outside`,
    // A Service address must have a route before OUTPUT can translate it.
    `route add default via ${ADDRESSES.outside}`,
  ];
}

async function configureHost(place: Place, address: string, gateway: string): Promise<void> {
  const lines = [
    'link set lo up',
    `addr add ${address} dev eth0`,
    'link set eth0 up',
    `route add default via ${gateway}`,
  ];
  await runner()(['ip', '-n', namespaceOf(place), '-batch', '-'], lines.join('\n'));
}

/** What kube-proxy, portmap and the bridge plugin do on a node. */
function translation(): string {
  const services = Object.values(SERVICES).flatMap(({ address, port, backend }) =>
    ['PREROUTING', 'OUTPUT'].map(
      (chain) =>
        `-A ${chain} -d ${address} -p tcp --dport ${port} ` +
        `-j DNAT --to-destination ${backend.address}:${backend.port}`,
    ),
  );
  const hairpins = podsOf().map((pod) => ADDRESSES[pod]);
  return [
    '*nat',
    ...services,
    ...hairpins.map((ip) => `-A POSTROUTING -s ${ip} -d ${ip} -j MASQUERADE`),
    '-A POSTROUTING -s 10.244.0.0/24 ! -d 10.244.0.0/24 -j MASQUERADE',
    'COMMIT',
    '',
  ].join('\n');
}

interface Agent {
  readonly ask: (command: AgentCommand) => Promise<string>;
  readonly end: () => Promise<void>;
}

function startAgent(namespace: string): Agent {
  const script = join(import.meta.dirname, 'netns-agent.ts');
  const child: ChildProcess = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, '--disable-warning=ExperimentalWarning', script],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const waiting = new Map<number, (reply: AgentReply) => void>();
  let lastId = 0;
  child.on('message', (message) => {
    const reply = message as AgentReply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  child.once('exit', () => {
    for (const [id, settle] of waiting) settle({ id, error: `agent of ${namespace} ended` });
  });
  return {
    ask: (command) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, ({ result, error }) => {
          if (error === undefined) resolve(result ?? '');
          else reject(new Error(error));
        });
        child.send({ id: lastId, command });
      }),
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Namespaces carry the process id of their test, so that two runs at once leave each other alone. */
async function sweep(): Promise<void> {
  for (const name of await readdir(NAMESPACES_FOLDER).catch(() => [])) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await deleteNamespaces(name);
  }
}

async function deleteNamespaces(prefix: string): Promise<void> {
  for (const name of await readdir(NAMESPACES_FOLDER).catch(() => [])) {
    if (name.startsWith(prefix)) await runner()(['ip', 'netns', 'delete', name]);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function namespaceOf(place: Place): string {
  return `${PREFIX}-${process.pid}-${place}`;
}

function places(): Place[] {
  return ['node', ...podsOf(), 'outside'];
}

function podsOf(): Place[] {
  return ['web', 'db', 'client'];
}
