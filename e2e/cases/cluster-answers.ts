import { binaryPath } from '../cluster/binaries.ts';
import { succeeds } from '../cluster/command.ts';
import { adminKubeconfig } from '../cluster/paths.ts';

/** Whether the embedded cluster is up: whoever found it down takes it down again. */
export async function clusterAnswers(): Promise<boolean> {
  const environment = { KUBECONFIG: adminKubeconfig };
  const readyz = ['get', '--raw', '/readyz', '--request-timeout', '5s'];
  return await succeeds(await binaryPath('kubectl'), readyz, { environment });
}
