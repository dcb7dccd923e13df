import { readFile, readdir, stat } from 'node:fs/promises';
import { run } from './command.ts';
import { ensureContainerd } from './containerd.ts';
import { folders, sockets } from './paths.ts';
import { waitFor } from './wait.ts';

/** The kubelet's containers and docker's. */
const namespaces = ['k8s.io', 'moby'];

async function ctrIn(namespace: string, ...args: string[]): Promise<string> {
  return await run('ctr', ['--address', sockets.containerd, '--namespace', namespace, ...args]);
}

async function listed(namespace: string, kind: 'tasks' | 'containers'): Promise<string[]> {
  const output = await ctrIn(namespace, kind, 'list', '--quiet');
  return output.split('\n').filter((id) => id !== '');
}

/** Something of a container may end by itself while we remove it: what counts is that nothing is left. */
const eventually = async (work: Promise<unknown>): Promise<void> => {
  await work.catch(() => undefined);
};

async function removeContainers(namespace: string): Promise<boolean> {
  const tasks = await listed(namespace, 'tasks');
  const remove = async (id: string): Promise<void> => {
    await eventually(ctrIn(namespace, 'tasks', 'delete', '--force', id));
  };
  await Promise.all(tasks.map(remove));
  const containers = await listed(namespace, 'containers');
  await Promise.all(
    containers.map(async (id) => {
      await eventually(ctrIn(namespace, 'containers', 'delete', id));
    }),
  );
  return (await listed(namespace, 'containers')).length === 0;
}

/** Kills and forgets every container of our containerd, which is started for it when it does not run. */
export async function removeAllContainers(): Promise<void> {
  if ((await stat(folders.containerd).catch(() => undefined)) === undefined) return;
  await ensureContainerd();
  for (const namespace of namespaces) {
    await waitFor(`the containers of ${namespace} are gone`, () => removeContainers(namespace), {
      seconds: 30,
    });
  }
}

/** The process ids of shims that serve our containerd, told by the socket on their command line. */
export async function ourShims(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids
    .filter((_, index) => isOurShim(commands[index] ?? '', sockets.containerd))
    .map(Number);
}

/** Whether a command line, as in /proc/<pid>/cmdline, is that of a shim of the containerd behind `socket`. */
export function isOurShim(cmdline: string, socket: string): boolean {
  const [program = '', ...args] = cmdline.split('\0');
  return (
    program.endsWith('containerd-shim-runc-v2') && args[args.indexOf('-address') + 1] === socket
  );
}

/** Ends the shims that containerd lost track of, which happens when it was killed. */
export async function removeShims(): Promise<void> {
  for (const pid of await ourShims()) process.kill(pid, 'SIGKILL');
  const gone = async (): Promise<boolean> => (await ourShims()).length === 0;
  await waitFor('the shims are gone', gone, { seconds: 10 });
}
