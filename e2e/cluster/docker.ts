import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses } from './addresses.ts';
import { clusterProcesses } from './cluster-processes.ts';
import { run, runToLog, succeeds } from './command.ts';
import { ensureContainerd } from './containerd.ts';
import { ensureBridge } from './host-network.ts';
import { folders, paths, sockets } from './paths.ts';
import { ensureProcess, isNamedRunning, waitForProcess } from './processes.ts';

/** The value of DOCKER_HOST that reaches our daemon, for people and their tools. */
export const dockerHost = `unix://${sockets.docker}`;

// The client beside the daemon: another one that comes first in PATH may lack the builder.
const dockerClient = '/usr/bin/docker';

const pidFile = join(paths.run, 'docker.pid');

/** The parent of the cgroups of builds and containers. */
export const dockerCgroup = 'a2a-operator-docker';

const clientEnvironment = { DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '1' };

/**
 * The daemon's configuration. It shares our containerd and writes no iptables rules: builds use the
 * host's network, and published ports go through docker's userland proxy.
 */
export function dockerdConfig(): object {
  return {
    hosts: [dockerHost],
    containerd: sockets.containerd,
    'data-root': folders.docker,
    'exec-root': join(paths.run, 'docker'),
    pidfile: pidFile,
    'deprecated-key-path': join(folders.docker, 'key.json'),
    'cgroup-parent': `/${dockerCgroup}`,
    bridge: addresses.dockerLink,
    'storage-driver': 'overlay2',
    'log-level': 'warn',
    iptables: false,
    ip6tables: false,
    'ip-forward': false,
    'ip-masq': false,
  };
}

/** Starts the docker daemon, which builds images, unless it runs. */
export async function ensureDocker(): Promise<void> {
  await ensureContainerd();
  await ensureBridge(addresses.dockerLink, addresses.dockerCidr);
  await mkdir(folders.docker, { recursive: true });
  const file = join(folders.configuration, 'dockerd.json');
  const configuration = JSON.stringify(dockerdConfig(), null, 2);
  await writeFile(file, configuration);
  // A daemon that was killed leaves its pid file, and the next one believes whoever has that pid by now.
  if (!(await isNamedRunning(clusterProcesses, 'dockerd'))) await rm(pidFile, { force: true });
  await ensureProcess(clusterProcesses, {
    name: 'dockerd',
    file: 'dockerd',
    args: ['--config-file', file],
    configuration,
  });
  const answers = (): Promise<boolean> =>
    succeeds(dockerClient, ['version'], { environment: clientEnvironment, timeoutSeconds: 5 });
  await waitForProcess(clusterProcesses, 'dockerd', answers, 30);
}

/** Runs the docker client against our daemon and gives back its output. */
export async function docker(...args: string[]): Promise<string> {
  return await run(dockerClient, args, { environment: clientEnvironment });
}

/** As `docker`, for long commands: the output goes to `<logs>/build/<name>.log`. */
export async function dockerToLog(name: string, ...args: string[]): Promise<void> {
  const logFile = join(folders.logs, 'build', `${name}.log`);
  await runToLog(dockerClient, args, { environment: clientEnvironment, logFile });
}

/** The id of an image of our daemon; `undefined` when it has none of that tag. */
export async function dockerImageId(tag: string): Promise<string | undefined> {
  const inspect = ['image', 'inspect', '--format', '{{.Id}}', tag];
  if (!(await succeeds(dockerClient, inspect, { environment: clientEnvironment })))
    return undefined;
  return (await docker(...inspect)).trim();
}

/** Whether a registry gave us a public image. */
export async function pulls(tag: string): Promise<boolean> {
  return await succeeds(dockerClient, ['pull', '--quiet', tag], {
    environment: clientEnvironment,
    timeoutSeconds: 300,
  });
}
