import { stat } from 'node:fs/promises';
import { ClusterError } from './cluster-error.ts';
import { run, runToLog, succeeds } from './command.ts';
import { folders } from './paths.ts';
import { join } from 'node:path';

/** A Debian package that the cluster needs from the machine. */
export interface HostPackage {
  readonly package: string;
  /** What it is needed for, told to the person whose machine it is installed on. */
  readonly why: string;
  /** A command (looked up in PATH and the system folders) or an absolute file that shows that it is there. */
  readonly provides: string;
}

export const hostPackages: readonly HostPackage[] = [
  { package: 'containerd', why: 'runs the pods', provides: 'containerd' },
  { package: 'runc', why: 'starts containers', provides: 'runc' },
  { package: 'containernetworking-plugins', why: 'pod network', provides: '/usr/lib/cni/bridge' },
  { package: 'docker.io', why: 'builds images', provides: 'dockerd' },
  { package: 'debootstrap', why: 'base image without a registry', provides: 'debootstrap' },
  { package: 'iptables', why: 'Services, hostPorts, NetworkPolicies', provides: 'iptables' },
  { package: 'nftables', why: 'removes the empty tables that iptables leaves', provides: 'nft' },
  { package: 'ipset', why: 'NetworkPolicies', provides: 'ipset' },
  { package: 'conntrack', why: 'Services', provides: 'conntrack' },
  { package: 'socat', why: 'kubectl port-forward', provides: 'socat' },
  { package: 'iproute2', why: 'links and addresses', provides: 'ip' },
  { package: 'openssl', why: 'certificates', provides: 'openssl' },
  { package: 'util-linux', why: 'ends test servers with their test', provides: 'setpriv' },
];

const systemFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

async function isPresent(provides: string): Promise<boolean> {
  const candidates = provides.startsWith('/')
    ? [provides]
    : systemFolders.map((folder) => join(folder, provides));
  const found = await Promise.all(candidates.map((file) => stat(file).catch(() => undefined)));
  return found.some((each) => each !== undefined);
}

/** Those of the packages that this machine lacks. */
export async function missingPackages(
  wanted: readonly HostPackage[] = hostPackages,
): Promise<HostPackage[]> {
  const present = await Promise.all(wanted.map(({ provides }) => isPresent(provides)));
  return wanted.filter((_, index) => present[index] === false);
}

/**
 * Installs the missing packages with apt-get, as root or through sudo, and says which and why.
 *
 * @returns how many were installed.
 * @throws ClusterError on a machine without apt-get, or without the right to use it.
 */
export async function ensureHostPackages(
  wanted: readonly HostPackage[] = hostPackages,
): Promise<number> {
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return 0;
  for (const each of missing) console.log(`  installing ${each.package}: ${each.why}`);
  const names = missing.map((each) => each.package);
  const remedy = `install by hand: ${names.join(' ')}`;
  if (!(await succeeds('apt-get', ['--version']))) {
    throw new ClusterError('this machine lacks packages and has no apt-get', { remedy });
  }
  const isRoot = (await run('id', ['-u'])).trim() === '0';
  const logFile = join(folders.logs, 'apt-get.log');
  // An installation must neither ask nor start the system's own containerd and docker.
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
  const command = [...(isRoot ? [] : ['sudo']), ...environment, 'apt-get'];
  const apt = async (...args: string[]): Promise<void> => {
    const [file = '', ...rest] = [...command, ...args];
    await runToLog(file, rest, { logFile });
  };
  try {
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', ...names);
  } catch (cause) {
    throw new ClusterError('installing packages failed', { cause, remedy });
  }
  return names.length;
}
