import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { addresses, ports } from './addresses.ts';
import { binaryPath } from './binaries.ts';
import { authorityFiles, certificateFiles } from './certificates.ts';
import type { CertificateRequest } from './certificates.ts';
import { clusterProcesses } from './cluster-processes.ts';
import { folders, sockets } from './paths.ts';
import { ensureProcess } from './processes.ts';

/** The kubelet's certificate: client of the API server as its node, and server for logs and exec. */
export const kubeletCertificate: CertificateRequest = {
  name: 'kubelet',
  commonName: `system:node:${addresses.nodeName}`,
  organization: 'system:nodes',
  dnsNames: [addresses.nodeName],
  ipAddresses: [addresses.nodeIp],
};

/** Where volume plugins would be. */
export const kubeletPluginFolder = join(folders.kubelet, 'plugins');

/** The kubelet's configuration for a small machine with cgroup v1 and no swap accounting. */
export function kubeletConfig(resolverConfiguration: string): object {
  const own = certificateFiles(folders.certificates, 'kubelet');
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.nodeIp,
    port: ports.kubelet,
    healthzBindAddress: '127.0.0.1',
    healthzPort: ports.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: authorityFiles(folders.certificates).certificate },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: own.certificate,
    tlsPrivateKeyFile: own.key,
    containerRuntimeEndpoint: `unix://${sockets.containerd}`,
    cgroupDriver: 'cgroupfs',
    failSwapOn: false,
    enforceNodeAllocatable: [],
    clusterDNS: [addresses.dnsServiceIp],
    clusterDomain: 'cluster.local',
    resolvConf: resolverConfiguration,
    podLogsDir: folders.podLogs,
    volumePluginDir: kubeletPluginFolder,
    maxPods: 200,
    // Lowering an oom score needs CAP_SYS_RESOURCE.
    oomScoreAdj: 0,
    serializeImagePulls: false,
    // Images come from a local cache and cannot be pulled again: never collect them.
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
  };
}

async function resolverConfiguration(): Promise<string> {
  // The stub resolver of systemd listens on the host's loopback, which pods cannot reach.
  const behindStub = '/run/systemd/resolve/resolv.conf';
  return (await stat(behindStub).catch(() => undefined)) ? behindStub : '/etc/resolv.conf';
}

/** Starts the kubelet unless it runs; the node's readiness is judged through the API server. */
export async function ensureKubelet(kubeconfig: string): Promise<void> {
  await mkdir(folders.kubelet, { recursive: true });
  await mkdir(folders.podLogs, { recursive: true });
  const file = join(folders.configuration, 'kubelet.yaml');
  const configuration = stringify(kubeletConfig(await resolverConfiguration()));
  await writeFile(file, configuration);
  const labels = {
    'topology.kubernetes.io/zone': addresses.zone,
    'topology.kubernetes.io/region': 'local',
  };
  await ensureProcess(clusterProcesses, {
    name: 'kubelet',
    file: await binaryPath('kubelet'),
    args: [
      `--config=${file}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${folders.kubelet}`,
      `--cert-dir=${join(folders.kubelet, 'pki')}`,
      `--hostname-override=${addresses.nodeName}`,
      `--node-ip=${addresses.nodeIp}`,
      `--node-labels=${Object.entries(labels)
        .map((label) => label.join('='))
        .join(',')}`,
    ],
    configuration,
  });
}
