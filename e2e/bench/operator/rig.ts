import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { repositoryFolder } from '../../cluster/paths.ts';
import { unthrottled } from '../../cluster/pretended-nodes.ts';
import { ensureProcess, recordedProcesses, stopProcess } from '../../cluster/processes.ts';
import type { ProcessGroup } from '../../cluster/processes.ts';
import { startControlPlane, sweptFolder } from '../../cluster/test-control-plane.ts';
import type { TestControlPlane } from '../../cluster/test-control-plane.ts';
import { waitFor } from '../../cluster/wait.ts';
import { Api } from './api.ts';
import type { KubeObject } from './api.ts';
import { AuditLog } from './audit.ts';
import { NAMESPACE, STATUS_PORT } from './manifests.ts';
import { serversPath } from './paths.ts';

/** Who is counted: the operator, and the bare loop that it is compared with. */
export const USERS = {
  operator: 'system:serviceaccount:a2a-system:a2a-operator',
  'bare-loop': 'system:serviceaccount:a2a-system:bare-loop',
} as const;
export type UserName = keyof typeof USERS;

/** A fresh API server with everything that makes pods Ready, and nobody who creates any yet. */
export interface Rig {
  /** Of the administrator, who is not counted. */
  api: Api;
  audit: AuditLog;
  kubeconfigOf(user: UserName): string;
  /** Of all its processes. */
  pids: () => Promise<number[]>;
  /** For logs; deleted with the rig. */
  folder: string;
  stop(): Promise<void>;
}

const NODES = 10;
/** Every pod gets an address of its own, and every one of them is this machine. */
const POD_CIDR = '127.77.0.0/16';
/** After a CRD the API server computes its schemas anew, for seconds. */
const SETTLING_MS = 8_000;

/** Starts the rig; every process of it ends with the bench. */
export async function startRig(): Promise<Rig> {
  const folder = await sweptFolder();
  const audit = new AuditLog(folder);
  const plane = await startControlPlane({
    controllerManagerFlags: [
      ...unthrottled,
      // An endpoint may not be on loopback: these would only fail, again and again.
      '--controllers=*,-endpoints-controller,-endpointslice-controller,-endpointslice-mirroring-controller',
    ],
    apiServerFlags: await audit.prepare(folder, Object.values(USERS)),
    nodes: { count: NODES, podCidr: POD_CIDR },
    users: Object.entries(USERS).map(([name, commonName]) => ({
      name,
      commonName,
      organization: 'system:serviceaccounts',
    })),
  });
  const api = await Api.of(plane.kubeconfig);
  await prepare(api);
  const standIn = await startStandIn(plane);
  await pause(SETTLING_MS);
  return {
    api,
    audit,
    kubeconfigOf: plane.kubeconfigOf,
    pids: async () => {
      const planes = { ...standIn, records: join(plane.folder, 'processes') };
      const records = [...(await recordedProcesses(planes)), ...(await recordedProcesses(standIn))];
      return records.map(({ pid }) => pid);
    },
    folder,
    async stop() {
      await api.close();
      await stopProcess(standIn, STAND_IN);
      await plane.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** CRDs, the namespace, and everything allowed to both users: what RBAC costs is the same for both. */
async function prepare(api: Api): Promise<void> {
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const name of ['a2aserver', 'agentdefinition']) {
    const crd = parse(
      await readFile(join(repositoryFolder, 'crds', `${name}.yaml`), 'utf8'),
    ) as KubeObject;
    await api.apply(`${crds}/${crd.metadata.name}`, crd);
  }
  await api.apply(`/api/v1/namespaces/${NAMESPACE}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  await api.apply('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/bench', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'bench' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: Object.values(USERS).map((name) => ({
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'User',
      name,
    })),
  });
  await waitFor('the CRDs are served', () => api.get(serversPath), { seconds: 30 });
}

const STAND_IN = 'status-stand-in';

/** Answers for the pods' runtimes, which kwok does not run. */
async function startStandIn(plane: TestControlPlane): Promise<ProcessGroup> {
  const group = { records: join(plane.folder, 'stand-in'), logs: join(plane.folder, 'logs') };
  const script = join(repositoryFolder, 'operator/test/bench/main.ts');
  await ensureProcess(group, {
    name: STAND_IN,
    file: process.execPath,
    args: ['--no-warnings', script, plane.kubeconfig, String(STATUS_PORT)],
    diesWithParent: true,
  });
  return group;
}
