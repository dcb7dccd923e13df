import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clusterProcesses } from './cluster-processes.ts';
import { run, succeeds } from './command.ts';
import { folders, paths, sockets } from './paths.ts';
import { ensureProcess, waitForProcess } from './processes.ts';

/** The image of the process that holds a pod's namespaces. */
export const pauseImage = 'docker.io/a2a-operator/pause:1';

export const cniConfigurationFolder = join(folders.configuration, 'cni');

export interface ContainerdLocations {
  readonly root: string;
  readonly run: string;
  readonly socket: string;
  readonly cniConfiguration: string;
}

/** containerd's configuration: everything it writes is under `root` and `run`. */
export function containerdConfig(locations: ContainerdLocations): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${locations.root}"
state = "${join(locations.run, 'containerd', 'state')}"

[grpc]
  address = "${locations.socket}"

[debug]
  level = "warn"

[plugins."io.containerd.internal.v1.opt"]
  path = "${join(locations.root, 'opt')}"

[${cri}]
  sandbox_image = "${pauseImage}"
  # The pause container asks for an oom_score_adj of -998, which needs CAP_SYS_RESOURCE: many sandboxes lack it.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

[${cri}.cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${locations.cniConfiguration}"

[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = "${join(locations.run, 'runc')}"
`;
}

/** Runs containerd's own client in the namespace of the pods. */
export async function ctr(...args: string[]): Promise<string> {
  return await run('ctr', ['--address', sockets.containerd, '--namespace', 'k8s.io', ...args]);
}

/** Starts containerd unless it runs, and waits until it answers. */
export async function ensureContainerd(): Promise<void> {
  const file = join(folders.configuration, 'containerd.toml');
  await mkdir(folders.configuration, { recursive: true });
  await mkdir(dirname(sockets.containerd), { recursive: true, mode: 0o711 });
  const locations = {
    root: folders.containerd,
    run: paths.run,
    socket: sockets.containerd,
    cniConfiguration: cniConfigurationFolder,
  };
  const configuration = containerdConfig(locations);
  await writeFile(file, configuration);
  await ensureProcess(clusterProcesses, {
    name: 'containerd',
    file: 'containerd',
    args: ['--config', file],
    configuration,
  });
  const answers = (): Promise<boolean> =>
    succeeds('ctr', ['--address', sockets.containerd, 'version'], { timeoutSeconds: 5 });
  await waitForProcess(clusterProcesses, 'containerd', answers, 30);
}
