import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterProcesses } from './cluster-processes.ts';
import { removeFirewall } from './firewall-leftovers.ts';
import { restoreSysctls } from './host-network.ts';
import { removeTraces } from './host-traces.ts';
import { withLock } from './machine-lock.ts';
import { unmountBelow } from './mounts.ts';
import { folders, paths } from './paths.ts';
import { removeAllContainers, removeShims } from './pod-leftovers.ts';
import { stopProcess } from './processes.ts';
import { reportProgress } from './progress.ts';

/** What `down` keeps in the state folder: the next `up` need not import images again, and logs may explain this one. */
const kept = [folders.containerd, folders.docker, folders.importedImages, folders.logs];

async function stopComponents(): Promise<void> {
  // The enforcer takes its rules away; the kubelet would start again what is killed next.
  for (const name of ['network-policy', 'kubelet', 'kube-proxy']) {
    await stopProcess(clusterProcesses, name);
  }
  await Promise.all(
    ['kube-scheduler', 'kube-controller-manager'].map((name) =>
      stopProcess(clusterProcesses, name),
    ),
  );
  // Its data is about to go, so that nobody's open watch is worth waiting for.
  await stopProcess(clusterProcesses, 'kube-apiserver', 1);
  await stopProcess(clusterProcesses, 'etcd');
}

async function stopRuntimes(): Promise<void> {
  await stopProcess(clusterProcesses, 'dockerd', 20);
  await removeAllContainers();
  await stopProcess(clusterProcesses, 'containerd', 20);
  await removeShims();
}

async function removeState(keepImages: boolean): Promise<void> {
  for (const name of await readdir(paths.state).catch(() => [])) {
    const folder = join(paths.state, name);
    if (keepImages && kept.includes(folder)) continue;
    await rm(folder, { recursive: true, force: true });
  }
  await rm(folders.podLogs, { recursive: true, force: true });
  await rm(paths.run, { recursive: true, force: true });
}

/**
 * Stops the cluster and leaves nothing of it on the machine: no process, mount, link, rule, setting.
 * The cache stays. Does nothing when there is no cluster.
 *
 * @param keepImages whether the image stores stay, so that the next `up` need not import again.
 */
export async function down(keepImages = true): Promise<void> {
  await withLock(() => takeDown(keepImages));
}

/** As `down`, for whoever holds the lock. */
export async function takeDown(keepImages = true): Promise<void> {
  const steps: [string, () => Promise<unknown>][] = [
    ['stop the components', stopComponents],
    ['stop pods and runtimes', stopRuntimes],
    ['unmount', () => unmountBelow([paths.state, paths.run])],
    ['links, cgroups, folders', removeTraces],
    ['firewall rules', removeFirewall],
    ['kernel settings', restoreSysctls],
    ['state', () => removeState(keepImages)],
  ];
  for (const [title, step] of steps) await reportProgress(title, step);
}
