import { readFile, readdir, readlink, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses } from './addresses.ts';
import { run } from './command.ts';
import { dockerCgroup } from './docker.ts';
import { deleteLink } from './host-network.ts';
import { folders, paths } from './paths.ts';

/** Folders that components make at fixed places, each before its parent. */
const fixedFolders = [
  '/run/containerd/s',
  '/run/containerd',
  '/run/docker/plugins',
  '/run/docker',
  '/run/runc',
  '/run/netns',
  '/run/mount',
  '/var/lib/cni/results',
  '/var/lib/cni',
  '/var/lib/containerd',
  '/var/lib/kubelet/device-plugins',
  '/var/lib/kubelet',
  '/var/log/containers',
];

const record = join(paths.state, 'folders-made.json');

const cgroupRoot = '/sys/fs/cgroup';

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Remembers which of the fixed folders are not there before the cluster starts. */
export async function recordTraces(): Promise<void> {
  if (await exists(record)) return;
  const present = await Promise.all(fixedFolders.map(exists));
  const made = fixedFolders.filter((_, index) => present[index] === false);
  await writeFile(record, JSON.stringify(made, null, 2));
}

async function removeCniResults(): Promise<void> {
  const folder = '/var/lib/cni/results';
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    // Each result names the network namespace that it is about: ours lie in our run folder.
    if ((await readFile(file, 'utf8')).includes(paths.run)) await rm(file);
  }
}

/** A shim that was killed leaves its socket behind, at a place that all containerds of a machine share. */
async function removeDeadShimSockets(): Promise<void> {
  const folder = '/run/containerd/s';
  const open = await readFile('/proc/net/unix', 'utf8');
  for (const name of await readdir(folder).catch(() => [])) {
    const socket = join(folder, name);
    if (!open.includes(socket)) await rm(socket, { force: true });
  }
}

async function removeLogLinks(): Promise<void> {
  const folder = '/var/log/containers';
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, name)).catch(() => '');
    if (target.startsWith(folders.podLogs)) await rm(join(folder, name));
  }
}

async function removeFixedFolders(): Promise<void> {
  await removeCniResults();
  await removeLogLinks();
  await removeDeadShimSockets();
  const text = await readFile(record, 'utf8').catch(() => '[]');
  const made = JSON.parse(text) as string[];
  if (made.includes('/var/lib/kubelet')) {
    await rm('/var/lib/kubelet/device-plugins/kubelet.sock', { force: true });
  }
  // A folder that is not empty belongs to somebody else by now.
  for (const folder of made) await rmdir(folder).catch(() => undefined);
}

/** Removes a cgroup with those below it; one that has processes stays, since the kernel refuses. */
async function removeCgroup(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  }
  await rmdir(folder).catch(() => undefined);
}

async function removeCgroups(): Promise<void> {
  const hierarchies = await readdir(cgroupRoot, { withFileTypes: true });
  // With cgroup v2 the root itself is the one hierarchy.
  const roots = ['.', ...hierarchies.filter((each) => each.isDirectory()).map(({ name }) => name)];
  for (const root of roots) {
    for (const name of ['kubepods', dockerCgroup]) await removeCgroup(join(cgroupRoot, root, name));
  }
}

async function removeLinks(): Promise<void> {
  const ports = await readdir(`/sys/class/net/${addresses.podBridge}/brif`).catch(() => []);
  // A pod's link goes when its network namespace does, which the kernel does in its own time.
  for (const port of ports) await run('ip', ['link', 'delete', port]).catch(() => undefined);
  for (const link of [addresses.podBridge, addresses.nodeLink, addresses.dockerLink]) {
    await deleteLink(link);
  }
}

/** Links, cgroups and folders outside our own. Needs the pods to be gone. */
export async function removeTraces(): Promise<void> {
  await removeLinks();
  await removeCgroups();
  await removeFixedFolders();
}
