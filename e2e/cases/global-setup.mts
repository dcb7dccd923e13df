import { down } from '../cluster/down.ts';
import { ensureStockImage } from '../cluster/images.ts';
import { ensureInstalled } from '../demo/embedded-cluster.ts';
import { clusterAnswers } from './cluster-answers.ts';

/** Set while the run is to take the cluster down again, because it was down before. */
export const STARTED_BY_TESTS = 'A2A_E2E_STARTED_CLUSTER';

/** What every story stands on; runs once for all of them. */
// eslint-disable-next-line no-restricted-exports -- jest asks for it
export default async function setUp(): Promise<void> {
  // Stories assert on answers that only the stand-in gives.
  delete process.env.OPENAI_API_KEY;
  const wasUp = await clusterAnswers();
  try {
    await ensureInstalled();
    // For pods that are clients.
    await ensureStockImage('node');
  } catch (error) {
    // After a failure here jest does not call the teardown.
    if (!wasUp) await down();
    throw error;
  }
  if (!wasUp) process.env[STARTED_BY_TESTS] = '1';
}
