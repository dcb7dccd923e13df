import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses } from './addresses.ts';
import { clusterProcesses } from './cluster-processes.ts';
import { adminKubeconfig, sourceFolder } from './paths.ts';
import { ensureProcess, logOf, waitForProcess } from './processes.ts';

const name = 'network-policy';

/** Starts the NetworkPolicy enforcer, a process of the host, unless it runs. */
export async function ensureNetworkPolicy(): Promise<void> {
  const program = join(sourceFolder, name, 'main.ts');
  if ((await stat(program).catch(() => undefined)) === undefined) return;
  const flags = ['--kubeconfig', adminKubeconfig, '--pod-cidr', addresses.podCidr];
  const args = [program, ...flags];
  await ensureProcess(clusterProcesses, { name, file: process.execPath, args });
  const log = logOf(clusterProcesses, name);
  const started = async (): Promise<boolean> => (await readFile(log, 'utf8')).includes('"started"');
  await waitForProcess(clusterProcesses, name, started, 20);
}
