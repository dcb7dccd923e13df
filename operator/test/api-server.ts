import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { binaryPath } from '../../e2e/cluster/binaries.ts';
import { startControlPlane } from '../../e2e/cluster/test-control-plane.ts';
import type { KubeObject } from '../src/api/object.ts';
import { kubeClient } from '../src/kube/client.ts';
import { collectionPath } from '../src/kube/kinds.ts';
import type { Kind, Kube } from '../src/kube/port.ts';
import { Transport } from '../src/kube/transport.ts';

const run = promisify(execFile);

/** A real API server with its controllers and our CRDs; pods run nowhere. */
export interface TestApiServer {
  kubeconfig: string;
  kube: Kube;
  list(kind: Kind, namespace: string): Promise<KubeObject[]>;
  /** Runs kubectl with manifests on its input; gives its output, or what it complained about. */
  kubectl(args: readonly string[], manifests?: readonly object[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts etcd, kube-apiserver (with flags of the test's own) and controllers, and applies the CRDs. */
export async function startApiServer(
  apiServerFlags: readonly string[] = [],
): Promise<TestApiServer> {
  const plane = await startControlPlane({ controllerManager: true, apiServerFlags });
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig);
  const transport = new Transport(config);
  const binary = await binaryPath('kubectl');
  const kubectl: TestApiServer['kubectl'] = async (args, manifests = []) => {
    const child = run(binary, [
      `--kubeconfig=${plane.kubeconfig}`,
      `--cache-dir=${plane.folder}/discovery`,
      ...args,
    ]);
    child.child.stdin?.end(manifests.map((manifest) => JSON.stringify(manifest)).join('\n'));
    return child.then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: unknown) => (error as { stderr: string }).stderr,
    );
  };
  const applied = await kubectl(['apply', '--server-side', '-f', 'crds/']);
  if (applied.includes('rror')) throw new Error(applied);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
  return {
    kubeconfig: plane.kubeconfig,
    kube: kubeClient(transport),
    kubectl,
    async list(kind, namespace) {
      const path = collectionPath(kind, namespace);
      const { items } = (await transport.json({ method: 'GET', path })) as { items: KubeObject[] };
      return items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
    },
    async stop() {
      await transport.close();
      await plane.stop();
    },
  };
}

/** Waits until `look` gives a value; rejects with what it last saw when that takes too long. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(50);
  }
  throw new Error(`${what} did not happen within ${timeoutMs} ms`);
}
