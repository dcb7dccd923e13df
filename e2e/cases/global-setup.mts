import { succeeds } from '../cluster/command.ts';
import { binaryPath } from '../cluster/binaries.ts';
import { ensureStockImage } from '../cluster/images.ts';
import { adminKubeconfig } from '../cluster/paths.ts';
import { ensureInstalled } from '../demo/embedded-cluster.ts';

/** Set while the run is to take the cluster down again, because it was down before. */
export const STARTED_BY_TESTS = 'A2A_E2E_STARTED_CLUSTER';

/** What every story stands on; runs once for all of them. */
// eslint-disable-next-line no-restricted-exports -- jest asks for it
export default async function setUp(): Promise<void> {
  // Stories assert on answers that only the stand-in gives.
  delete process.env.OPENAI_API_KEY;
  if (!(await clusterAnswers())) process.env[STARTED_BY_TESTS] = '1';
  await ensureInstalled();
  // For pods that are clients.
  await ensureStockImage('node');
}

async function clusterAnswers(): Promise<boolean> {
  const environment = { KUBECONFIG: adminKubeconfig };
  const readyz = ['get', '--raw', '/readyz', '--request-timeout', '5s'];
  const kubectl = await binaryPath('kubectl').catch(() => undefined);
  return kubectl !== undefined && (await succeeds(kubectl, readyz, { environment }));
}
