import { join } from 'node:path';
import { addresses, ports } from './addresses.ts';
import { auditFlags, auditPolicy, ensureAuditPolicy } from './audit/policy.ts';
import { binaryPath } from './binaries.ts';
import { ensureCertificates } from './certificates.ts';
import { clusterProcesses } from './cluster-processes.ts';
import {
  answersHttps,
  controlPlaneCertificates,
  controllerManagerArguments,
  ensureControlPlane,
  schedulerArguments,
} from './control-plane.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { kubectl } from './kubectl.ts';
import { ensureKubelet, kubeletCertificate, kubeletPluginFolder } from './kubelet.ts';
import { ensureKubeProxy, kubeProxyCertificate } from './kube-proxy.ts';
import { adminKubeconfig, folders } from './paths.ts';
import { ensureProcess, logOf, waitForProcess } from './processes.ts';
import { waitFor } from './wait.ts';

const server = `https://${addresses.nodeIp}:${ports.apiServer}`;

const controllerManagerPort = 10257;
const schedulerPort = 10259;

/** The kubeconfig of a component of the cluster. */
export function componentKubeconfig(component: string): string {
  return join(folders.certificates, `${component}.kubeconfig`);
}

/** Certificates and kubeconfigs of all components and of the administrator. */
export async function ensureIdentities(): Promise<void> {
  await ensureCertificates(folders.certificates, [
    ...controlPlaneCertificates(addresses.nodeIp),
    kubeletCertificate,
    kubeProxyCertificate,
  ]);
  for (const user of ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy']) {
    await writeKubeconfig(componentKubeconfig(user), folders.certificates, { user, server });
  }
  await writeKubeconfig(adminKubeconfig, folders.certificates, { user: 'admin', server });
}

/** etcd and the API server of the cluster, ready when this returns. */
export async function ensureApiServer(): Promise<void> {
  await ensureAuditPolicy();
  await ensureControlPlane({
    group: clusterProcesses,
    certificates: folders.certificates,
    etcdData: folders.etcd,
    etcdClientPort: ports.etcdClient,
    etcdPeerPort: ports.etcdPeer,
    apiServerIp: addresses.nodeIp,
    apiServerPort: ports.apiServer,
    apiServerFlags: [
      ...auditFlags,
      // As on OpenShift: whoever sets blockOwnerDeletion must have a right on the owner's finalizers.
      '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
    ],
    apiServerConfiguration: auditPolicy(),
  });
}

async function ensureControllers(): Promise<void> {
  const { certificates } = folders;
  await ensureProcess(clusterProcesses, {
    name: 'kube-controller-manager',
    file: await binaryPath('kube-controller-manager'),
    args: controllerManagerArguments({
      certificates,
      kubeconfig: componentKubeconfig('kube-controller-manager'),
      port: controllerManagerPort,
      pluginFolder: kubeletPluginFolder,
    }),
  });
  await ensureProcess(clusterProcesses, {
    name: 'kube-scheduler',
    file: await binaryPath('kube-scheduler'),
    args: schedulerArguments(componentKubeconfig('kube-scheduler'), schedulerPort),
  });
}

/** The health endpoints: what the API server says of the node is old when the kubelet was killed. */
const healthEndpoints = {
  'kube-controller-manager': `https://127.0.0.1:${controllerManagerPort}/healthz`,
  'kube-scheduler': `https://127.0.0.1:${schedulerPort}/healthz`,
  kubelet: `http://127.0.0.1:${ports.kubeletHealth}/healthz`,
  'kube-proxy': `http://127.0.0.1:${ports.kubeProxyHealth}/healthz`,
};

async function waitForHealth(): Promise<void> {
  for (const [name, url] of Object.entries(healthEndpoints)) {
    const healthy = async (): Promise<boolean> =>
      url.startsWith('https')
        ? await answersHttps(url, folders.certificates)
        : (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
    await waitForProcess(clusterProcesses, name, healthy, 60);
  }
}

async function nodeIsReady(): Promise<boolean> {
  const path = '{.status.conditions[?(@.type=="Ready")].status}';
  const status = await kubectl('get', 'node', addresses.nodeName, '-o', `jsonpath=${path}`);
  return status.trim() === 'True';
}

/** Controllers, scheduler, kubelet and kube-proxy; the node is Ready when this returns. */
export async function ensureNode(): Promise<void> {
  await ensureControllers();
  await ensureKubelet(componentKubeconfig('kubelet'));
  await ensureKubeProxy(componentKubeconfig('kube-proxy'));
  await waitForHealth();
  const logFile = logOf(clusterProcesses, 'kubelet');
  await waitFor('the node is Ready', nodeIsReady, { seconds: 90, everyMilliseconds: 250, logFile });
}
