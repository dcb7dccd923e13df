import { binaryPath, buildBinaries } from '../cluster/binaries.ts';
import { run } from '../cluster/command.ts';
import { adminKubeconfig } from '../cluster/paths.ts';

/** A cluster as an administrator sees it. */
export interface ClusterAccess {
  /** Runs kubectl; gives its output, rejects with its complaint. */
  kubectl(...args: string[]): Promise<string>;
  helm(...args: string[]): Promise<string>;
  /** Applies manifests from a text. */
  apply(manifests: string, ...args: string[]): Promise<string>;
}

/** The embedded cluster. */
export function embeddedCluster(): ClusterAccess {
  return access({ KUBECONFIG: adminKubeconfig });
}

/** The cluster of the user's current context. */
export async function currentCluster(): Promise<ClusterAccess> {
  await buildBinaries(['kubernetes', 'helm']);
  return access({});
}

function access(environment: Record<string, string>): ClusterAccess {
  const kubectl = async (args: readonly string[], input?: string): Promise<string> =>
    run(await binaryPath('kubectl'), args, { environment, ...(input !== undefined && { input }) });
  return {
    kubectl: (...args) => kubectl(args),
    apply: (manifests, ...args) =>
      kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-', ...args], manifests),
    helm: async (...args) => run(await binaryPath('helm'), args, { environment }),
  };
}
