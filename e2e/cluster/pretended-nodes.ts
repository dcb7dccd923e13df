import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { binaryPath, buildBinaries, moduleSources } from './binaries.ts';
import { answersHttps, schedulerArguments } from './control-plane.ts';
import { run } from './command.ts';
import { ensureProcess, waitForProcess } from './processes.ts';
import type { ProcessGroup } from './processes.ts';

/** Nodes that only pretend to run pods: a scheduler, and kwok in place of kubelets. */
export interface PretendedNodes {
  readonly count: number;
  /** Pods get their addresses from it; one within 127.0.0.0/8 leads to this very machine. */
  readonly podCidr: string;
}

/** What the nodes are added to: etcd, API server and controller-manager. */
export interface PretendedNodesPlane {
  readonly group: ProcessGroup;
  readonly certificates: string;
  readonly folder: string;
  readonly adminKubeconfig: string;
  readonly schedulerKubeconfig: string;
  readonly schedulerPort: number;
}

/**
 * Components send at most 20 requests a second of their own accord, which would be all that a test of
 * many objects measures.
 */
export const unthrottled = ['--kube-api-qps=5000', '--kube-api-burst=10000'];

/** kwok's own stages: a pod is Ready as soon as it has a node, and gone as soon as it is deleted. */
const STAGES = ['node/fast/node-initialize', 'pod/fast/pod-ready', 'pod/fast/pod-delete'];

async function stages(): Promise<string> {
  const sources = await moduleSources('kwok', 'sigs.k8s.io/kwok');
  const files = STAGES.map((name) => join(sources, 'kustomize/stage', `${name}.yaml`));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n---\n');
}

/** Manifests of the nodes, in three zones. */
export function pretendedNodes(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const name = `kwok-${index}`;
    const labels = {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': `zone-${index % 3}`,
    };
    return stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  }).join('---\n');
}

/**
 * Starts scheduler and kwok and creates the nodes; they are Ready when this returns. kwok is built
 * first when the cache lacks it.
 */
export async function startPretendedNodes(
  plane: PretendedNodesPlane,
  { count, podCidr }: PretendedNodes,
): Promise<void> {
  const { group, schedulerPort } = plane;
  await buildBinaries(['kwok']);
  await ensureProcess(group, {
    name: 'kube-scheduler',
    file: await binaryPath('kube-scheduler'),
    args: [...schedulerArguments(plane.schedulerKubeconfig, schedulerPort), ...unthrottled],
    diesWithParent: true,
  });
  const config = join(plane.folder, 'kwok.yaml');
  await writeFile(config, await stages());
  await ensureProcess(group, {
    name: 'kwok',
    file: await binaryPath('kwok'),
    args: [
      ...[`--kubeconfig=${plane.adminKubeconfig}`, `--config=${config}`, `--cidr=${podCidr}`],
      // Without leases the controller-manager takes a node for lost after 40 seconds.
      ...['--manage-all-nodes=true', '--node-lease-duration-seconds=40', '--v=WARN'],
    ],
    diesWithParent: true,
  });
  const healthz = `https://127.0.0.1:${schedulerPort}/healthz`;
  await waitForProcess(
    group,
    'kube-scheduler',
    () => answersHttps(healthz, plane.certificates),
    60,
  );
  await createNodes(plane, count);
}

async function createNodes(plane: PretendedNodesPlane, count: number): Promise<void> {
  const kubectl = await binaryPath('kubectl');
  const asAdmin = {
    environment: {
      KUBECONFIG: plane.adminKubeconfig,
      KUBECACHEDIR: join(plane.folder, 'discovery'),
    },
  };
  await run(kubectl, ['create', '--filename=-'], { ...asAdmin, input: pretendedNodes(count) });
  const states =
    '{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{.spec.taints}{"\\n"}{end}';
  const areReady = async (): Promise<boolean> => {
    const found = await run(kubectl, ['get', 'nodes', '-o', `jsonpath=${states}`], asAdmin);
    // A new node is tainted until the controller-manager, too, has seen that it is Ready.
    return found
      .trim()
      .split('\n')
      .every((state) => state === 'True');
  };
  await waitForProcess(plane.group, 'kube-controller-manager', areReady, 60);
}
