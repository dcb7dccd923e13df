import { ingressUrl } from './addresses.ts';
import { clusterProcesses } from './cluster-processes.ts';
import { dockerHost } from './docker.ts';
import { kubectl } from './kubectl.ts';
import { adminKubeconfig } from './paths.ts';
import { isRunning, recordedProcesses } from './processes.ts';

/** Lines with their columns aligned; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

async function podSummary(): Promise<string> {
  const path = '{range .items[*]}{.status.phase}{"\\n"}{end}';
  const phases = (await kubectl('get', 'pods', '--all-namespaces', '-o', `jsonpath=${path}`))
    .split('\n')
    .filter((phase) => phase !== '');
  const counts = new Map<string, number>();
  for (const phase of phases) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  const parts = [...counts].map(([phase, count]) => `${count} ${phase}`);
  return `pods: ${parts.length === 0 ? 'none' : parts.join(', ')}`;
}

/**
 * Prints every component with its process and state, and what the API server says of node and pods.
 *
 * @returns 0 when all components run and the API server answers, else 1.
 */
export async function showStatus(): Promise<number> {
  const records = await recordedProcesses(clusterProcesses);
  if (records.length === 0) {
    console.log('the cluster is down');
    return 1;
  }
  const running = await Promise.all(records.map(isRunning));
  const rows = records.map(({ name, pid }, index) => [
    name,
    String(pid),
    running[index] === true ? 'running' : 'ENDED',
  ]);
  console.log(table([['COMPONENT', 'PID', 'STATE'], ...rows]));
  if (records.some(({ name }, index) => name === 'kube-apiserver' && running[index] !== true))
    return 1;
  console.log(`\n${(await kubectl('get', 'nodes')).trimEnd()}\n\n${await podSummary()}\n`);
  console.log(
    table([
      ['kubeconfig', adminKubeconfig],
      ['ingress', ingressUrl()],
      ['DOCKER_HOST', dockerHost],
    ]),
  );
  return running.every(Boolean) ? 0 : 1;
}
