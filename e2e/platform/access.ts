import { binaryPath } from '../cluster/binaries.ts';
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

/** The embedded cluster, with the binaries that it was built with. */
export function embeddedCluster(): ClusterAccess {
  return access(binaryPath, { KUBECONFIG: adminKubeconfig });
}

/** The cluster of the user's current context, with the user's own kubectl and helm. */
export function currentCluster(): ClusterAccess {
  return access((name) => Promise.resolve(name), {});
}

function access(
  binary: (name: string) => Promise<string>,
  environment: Record<string, string>,
): ClusterAccess {
  const kubectl = async (args: readonly string[], input?: string): Promise<string> =>
    run(await binary('kubectl'), args, { environment, ...(input !== undefined && { input }) });
  return {
    kubectl: (...args) => kubectl(args),
    apply: (manifests, ...args) =>
      kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-', ...args], manifests),
    helm: async (...args) => run(await binary('helm'), args, { environment }),
  };
}
