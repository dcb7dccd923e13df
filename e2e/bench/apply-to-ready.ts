import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespace } from '../platform/install.ts';
import type { ClusterAccess } from '../platform/access.ts';

const NAMESPACE = 'e2e-bench';

const MANIFEST = `
apiVersion: a2a-operator.io/v1alpha1
kind: AgentDefinition
metadata: { name: assistant }
spec: { description: Answers questions. }
---
apiVersion: a2a-operator.io/v1alpha1
kind: A2AServer
metadata: { name: bench }
spec:
  agents: { names: [assistant] }
  model: { url: 'http://litellm.a2a-platform:4000', name: assistant-model }
  pod: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
`;

/** Milliseconds from the start of `kubectl apply` to the end of `kubectl wait` for Ready, run by run. */
export async function applyToReady(cluster: ClusterAccess, runs: number): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-bench-'));
  const file = join(folder, 'bench.yaml');
  const here = ['-n', NAMESPACE];
  await writeFile(file, MANIFEST);
  await cluster.apply(namespace(NAMESPACE));
  try {
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const begunMs = performance.now();
      await cluster.kubectl('apply', ...here, '-f', file);
      const wait = ['wait', 'a2as/bench', '--for=condition=Ready', '--timeout=120s'];
      await cluster.kubectl(...here, ...wait);
      times.push(performance.now() - begunMs);
      await cluster.kubectl('delete', ...here, '-f', file);
      await cluster.kubectl(...here, 'wait', '--for=delete', 'pods', '--all', '--timeout=60s');
    }
    return times;
  } finally {
    await cluster.kubectl('delete', 'namespace', NAMESPACE, '--wait=false');
    await rm(folder, { recursive: true });
  }
}
