import { binaryPath } from './binaries.ts';
import { run } from './command.ts';
import { adminKubeconfig } from './paths.ts';

const asAdmin = { KUBECONFIG: adminKubeconfig };

/** Runs kubectl as the cluster's administrator and gives back its output. */
export async function kubectl(...args: string[]): Promise<string> {
  return await run(await binaryPath('kubectl'), args, { environment: asAdmin });
}

/**
 * Applies manifests from a text, with server-side apply: CRDs are too large for the annotation of the
 * client-side one.
 */
export async function apply(manifests: string): Promise<void> {
  const args = ['apply', '--server-side', '--force-conflicts', '--filename', '-'];
  await run(await binaryPath('kubectl'), args, { environment: asAdmin, input: manifests });
}
