/**
 * Every address and port of the cluster in one place.
 *
 * The node has an address of its own on a bridge without ports, so that the cluster neither depends
 * on the machine's network nor listens on it.
 */
export const addresses = {
  nodeName: 'a2a-node',
  nodeLink: 'a2a-node0',
  nodeIp: '10.245.1.1',
  zone: 'zone-a',
  podBridge: 'cni0',
  podCidr: '10.244.0.0/24',
  clusterCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  kubernetesServiceIp: '10.96.0.1',
  dnsServiceIp: '10.96.0.10',
  contourServiceIp: '10.96.0.11',
  dockerLink: 'a2a-docker0',
  dockerCidr: '10.245.0.1/24',
} as const;

export const ports = {
  apiServer: 6443,
  etcdClient: 12379,
  etcdPeer: 12380,
  kubelet: 10250,
  kubeletHealth: 10248,
  kubeProxyHealth: 10256,
  kubeProxyMetrics: 10249,
  ingressHttp: 8880,
  ingressHttps: 8843,
} as const;

/** Where HTTP requests for any Ingress host enter the cluster; tests name the host in the Host header. */
export function ingressUrl(): string {
  return `http://127.0.0.1:${ports.ingressHttp}`;
}

/** As `ingressUrl`, for hosts with a TLS Secret. */
export function ingressHttpsUrl(): string {
  return `https://127.0.0.1:${ports.ingressHttps}`;
}
