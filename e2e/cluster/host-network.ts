import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses } from './addresses.ts';
import { ClusterError } from './cluster-error.ts';
import { run, succeeds } from './command.ts';
import { paths } from './paths.ts';
import { currentBootId } from './processes.ts';

/** What pods and Services need from the kernel. */
const needed: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
};

/** What kubelet, kube-proxy and containerd change on their own. */
const changedByComponents = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'net/ipv4/conf/all/route_localnet',
  'net/netfilter/nf_conntrack_max',
  'net/netfilter/nf_conntrack_tcp_timeout_established',
  'net/netfilter/nf_conntrack_tcp_timeout_close_wait',
  'net/netfilter/nf_conntrack_tcp_be_liberal',
];

interface RecordedSysctls {
  /** A reboot resets the kernel, so that values of an earlier boot must not be restored. */
  readonly bootId: string;
  readonly values: Readonly<Record<string, string>>;
}

const record = join(paths.state, 'sysctls.json');

const sysctlFile = (name: string): string => join('/proc/sys', name);

async function sysctl(name: string): Promise<string | undefined> {
  const text = await readFile(sysctlFile(name), 'utf8').catch(() => undefined);
  return text?.trim();
}

async function recordedSysctls(): Promise<RecordedSysctls | undefined> {
  const text = await readFile(record, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const recorded = JSON.parse(text) as RecordedSysctls;
  return recorded.bootId === (await currentBootId()) ? recorded : undefined;
}

async function recordSysctls(): Promise<void> {
  if ((await recordedSysctls()) !== undefined) return;
  const values: Record<string, string> = {};
  for (const name of [...Object.keys(needed), ...changedByComponents]) {
    const value = await sysctl(name);
    if (value !== undefined) values[name] = value;
  }
  await writeFile(record, JSON.stringify({ bootId: await currentBootId(), values }, null, 2));
}

async function ensureSysctls(): Promise<void> {
  for (const [name, wanted] of Object.entries(needed)) {
    // The bridge settings exist only once the module is loaded; kernels with it built in have no modprobe.
    if ((await sysctl(name)) === undefined) await succeeds('modprobe', ['br_netfilter']);
    if ((await sysctl(name)) === wanted) continue;
    await writeFile(sysctlFile(name), wanted).catch((cause: unknown) => {
      throw new ClusterError(`the kernel setting ${name} cannot be set to ${wanted}`, {
        cause,
        remedy: 'use a kernel with br_netfilter, and run as root outside a container',
      });
    });
  }
}

/** Gives the kernel settings back the values that they had before `up`. */
export async function restoreSysctls(): Promise<void> {
  const recorded = await recordedSysctls();
  for (const [name, value] of Object.entries(recorded?.values ?? {})) {
    if ((await sysctl(name)) !== value) await writeFile(sysctlFile(name), value);
  }
}

async function linkExists(name: string): Promise<boolean> {
  return (await stat(`/sys/class/net/${name}`).catch(() => undefined)) !== undefined;
}

/** Makes a bridge without ports that holds an address of ours, unless it exists. */
export async function ensureBridge(name: string, cidr: string): Promise<void> {
  if (!(await linkExists(name))) await run('ip', ['link', 'add', name, 'type', 'bridge']);
  await run('ip', ['address', 'replace', cidr, 'dev', name]);
  await run('ip', ['link', 'set', name, 'up']);
}

/** Deletes a link if it exists; the ports of a bridge that are veths go with their pods. */
export async function deleteLink(name: string): Promise<void> {
  if (await linkExists(name)) await run('ip', ['link', 'delete', name]);
}

/** Kernel settings and the node's own address. Records the settings first. */
export async function ensureHostNetwork(): Promise<void> {
  await recordSysctls();
  await ensureSysctls();
  await ensureBridge(addresses.nodeLink, `${addresses.nodeIp}/32`);
}
