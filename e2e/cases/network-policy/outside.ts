import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { addresses } from '../../cluster/addresses.ts';
import { run, succeeds } from '../../cluster/command.ts';
import { waitFor } from '../../cluster/wait.ts';

/** A host on the internet (TEST-NET-2, RFC 5737), and where clouds tell nodes who they are. */
export const INTERNET = '198.51.100.10';
export const METADATA = '169.254.169.254';
/** Where both answer. */
export const OUTSIDE_PORTS = [80, 443, 8443] as const;

const NAME = 'a2a-outside';
const GATEWAY = '198.51.100.1';
/** Only pods take this way: the machine may have metadata of its own. */
const RULE = ['from', addresses.podCidr, 'lookup', '245'];

/** What is outside of the cluster, for as long as a story needs it. */
export interface Outside {
  stop(): Promise<void>;
}

/** A network namespace beside the node that answers as the internet and as the metadata service. */
export async function startOutside(): Promise<Outside> {
  await remove();
  await run('ip', ['netns', 'add', NAME]);
  await ip(
    `link add ${NAME} type veth peer name eth0 netns ${NAME}`,
    `address add ${GATEWAY}/32 dev ${NAME}`,
    `link set ${NAME} up`,
    `route add ${INTERNET}/32 dev ${NAME} table 245`,
    `route add ${METADATA}/32 dev ${NAME} table 245`,
    `rule add ${RULE.join(' ')}`,
    `-n ${NAME} link set lo up`,
    `-n ${NAME} address add ${INTERNET}/32 dev eth0`,
    `-n ${NAME} address add ${METADATA}/32 dev eth0`,
    `-n ${NAME} link set eth0 up`,
    `-n ${NAME} route add default dev eth0`,
  );
  const server = await listener();
  return {
    async stop() {
      server.kill();
      await remove();
    },
  };
}

async function ip(...commands: string[]): Promise<void> {
  for (const command of commands) await run('ip', command.split(' '));
}

/** Also what an aborted run has left; the link and its routes go with the namespace. */
async function remove(): Promise<void> {
  while (await succeeds('ip', ['rule', 'del', ...RULE])) continue;
  await succeeds('ip', ['netns', 'delete', NAME]);
  await succeeds('ip', ['link', 'delete', NAME]);
}

async function listener(): Promise<ChildProcess> {
  const script = `for (const port of ${JSON.stringify(OUTSIDE_PORTS)}) net.createServer().listen(port);
    console.log('listening');`;
  const inside = ['netns', 'exec', NAME, process.execPath, '--eval', script];
  const child = spawn('ip', inside, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const isListening = (): Promise<boolean> => Promise.resolve(output.includes('listening'));
  await waitFor('the stand-in for the internet', isListening, { seconds: 10 });
  return child;
}
