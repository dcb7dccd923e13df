import { addresses, ports } from './addresses.ts';
import { binaryPath } from './binaries.ts';
import type { CertificateRequest } from './certificates.ts';
import { clusterProcesses } from './cluster-processes.ts';
import { ensureProcess } from './processes.ts';

/** Bound by default to the ClusterRole that kube-proxy needs. */
export const kubeProxyCertificate: CertificateRequest = {
  name: 'kube-proxy',
  commonName: 'system:kube-proxy',
};

/** kube-proxy with iptables, the one mode that needs no kernel module beyond the usual ones. */
export function kubeProxyArguments(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${addresses.nodeName}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${addresses.clusterCidr}`,
    // Node ports stay off the machine's network.
    `--nodeport-addresses=${addresses.nodeIp}/32,127.0.0.0/8`,
    `--healthz-bind-address=127.0.0.1:${ports.kubeProxyHealth}`,
    `--metrics-bind-address=127.0.0.1:${ports.kubeProxyMetrics}`,
    '--oom-score-adj=0',
    // Zero leaves the machine's connection tracking as it is.
    '--conntrack-max-per-core=0',
    '--conntrack-min=0',
    '--conntrack-tcp-timeout-established=0s',
    '--conntrack-tcp-timeout-close-wait=0s',
  ];
}

/** Starts kube-proxy unless it runs. */
export async function ensureKubeProxy(kubeconfig: string): Promise<void> {
  await ensureProcess(clusterProcesses, {
    name: 'kube-proxy',
    file: await binaryPath('kube-proxy'),
    args: kubeProxyArguments(kubeconfig),
  });
}
