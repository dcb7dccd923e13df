import type { ClusterAccess } from '../../platform/access.ts';

/** Whether a connection comes about. */
export type Way = 'open' | 'closed';

/** Where to try: `host:port`, or `dns:name` to ask for a name. */
export type Target = string;

/** A container that has Node.js: probes run inside of it. */
export interface Place {
  namespace: string;
  pod: string;
}

/** A policy drops packets, so a closed way is a silent one. */
const PATIENCE_MS = 1500;

const SCRIPT = `
  const tcp = (host, port) => new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (way) => { socket.destroy(); resolve(way); };
    socket.setTimeout(${PATIENCE_MS}, () => end('closed'));
    socket.on('connect', () => end('open')).on('error', () => end('closed'));
  });
  const resolver = new dns.promises.Resolver({ timeout: ${PATIENCE_MS}, tries: 1 });
  const name = (one) => resolver.resolve4(one).then(() => 'open', () => 'closed');
  const way = (target) => {
    const [host, port] = target.split(':');
    return host === 'dns' ? name(port) : tcp(host, Number(port));
  };
  Promise.all(TARGETS.map(way)).then((ways) => console.log(JSON.stringify(ways)));
`;

/** Tries all targets at once from inside of a pod. */
export async function probed(
  cluster: ClusterAccess,
  { namespace, pod }: Place,
  targets: readonly Target[],
): Promise<Way[]> {
  const script = SCRIPT.replace('TARGETS', JSON.stringify(targets));
  const node = ['/usr/local/bin/node', '--eval', script];
  return JSON.parse(await cluster.kubectl('exec', '-n', namespace, pod, '--', ...node)) as Way[];
}
