import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { addresses } from './addresses.ts';
import { binaryPath } from './binaries.ts';
import { authorityFiles, certificateFiles, serviceAccountKeys } from './certificates.ts';
import type { CertificateRequest } from './certificates.ts';
import { ensureProcess, waitForProcess } from './processes.ts';
import type { ProcessGroup, ProcessSpec } from './processes.ts';

/** One etcd and one API server: where they listen and keep their data. */
export interface ControlPlaneOptions {
  readonly group: ProcessGroup;
  readonly certificates: string;
  readonly etcdData: string;
  readonly etcdClientPort: number;
  readonly etcdPeerPort: number;
  readonly apiServerIp: string;
  readonly apiServerPort: number;
  /** Flags beside those that every API server of ours gets. */
  readonly apiServerFlags?: readonly string[];
  /** Text of files that the flags name: the API server is replaced when it changes. */
  readonly apiServerConfiguration?: string;
  readonly diesWithParent?: boolean;
}

const flag = (name: string, value: string | number): string => `--${name}=${value}`;

/** The certificates of the control plane itself. */
export function controlPlaneCertificates(apiServerIp: string): CertificateRequest[] {
  return [
    {
      name: 'kube-apiserver',
      commonName: 'kube-apiserver',
      dnsNames: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
      ],
      ipAddresses: [...new Set(['127.0.0.1', addresses.kubernetesServiceIp, apiServerIp])],
    },
    {
      name: 'kubelet-client',
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
    },
    { name: 'front-proxy', commonName: 'front-proxy' },
    { name: 'admin', commonName: 'admin', organization: 'system:masters' },
    { name: 'kube-controller-manager', commonName: 'system:kube-controller-manager' },
    { name: 'kube-scheduler', commonName: 'system:kube-scheduler' },
  ];
}

/** etcd without fsync: the data of a test cluster need not outlive a power cut. */
export function etcdArguments(options: ControlPlaneOptions): string[] {
  const client = `http://127.0.0.1:${options.etcdClientPort}`;
  const peer = `http://127.0.0.1:${options.etcdPeerPort}`;
  return [
    flag('name', 'default'),
    flag('data-dir', options.etcdData),
    flag('listen-client-urls', client),
    flag('advertise-client-urls', client),
    flag('listen-peer-urls', peer),
    flag('initial-advertise-peer-urls', peer),
    flag('initial-cluster', `default=${peer}`),
    '--unsafe-no-fsync',
    // The default of 2 GiB is too little for what 10,000 servers own.
    flag('quota-backend-bytes', 8 * 1024 ** 3),
    flag('log-level', 'warn'),
  ];
}

export function apiServerArguments(options: ControlPlaneOptions): string[] {
  const authority = authorityFiles(options.certificates);
  const own = certificateFiles(options.certificates, 'kube-apiserver');
  const kubelet = certificateFiles(options.certificates, 'kubelet-client');
  const frontProxy = certificateFiles(options.certificates, 'front-proxy');
  const tokens = serviceAccountKeys(options.certificates);
  return [
    flag('etcd-servers', `http://127.0.0.1:${options.etcdClientPort}`),
    flag('bind-address', options.apiServerIp),
    flag('advertise-address', options.apiServerIp),
    flag('secure-port', options.apiServerPort),
    flag('service-cluster-ip-range', addresses.serviceCidr),
    flag('authorization-mode', 'Node,RBAC'),
    flag('enable-admission-plugins', 'NodeRestriction'),
    flag('allow-privileged', 'true'),
    flag('client-ca-file', authority.certificate),
    flag('tls-cert-file', own.certificate),
    flag('tls-private-key-file', own.key),
    flag('service-account-issuer', 'https://kubernetes.default.svc.cluster.local'),
    flag('service-account-key-file', tokens.public),
    flag('service-account-signing-key-file', tokens.private),
    flag('kubelet-certificate-authority', authority.certificate),
    flag('kubelet-client-certificate', kubelet.certificate),
    flag('kubelet-client-key', kubelet.key),
    // Without it the API server resolves the node's name, which no DNS server knows.
    flag('kubelet-preferred-address-types', 'InternalIP'),
    flag('requestheader-client-ca-file', authority.certificate),
    flag('requestheader-allowed-names', 'front-proxy'),
    flag('requestheader-extra-headers-prefix', 'X-Remote-Extra-'),
    flag('requestheader-group-headers', 'X-Remote-Group'),
    flag('requestheader-username-headers', 'X-Remote-User'),
    flag('proxy-client-cert-file', frontProxy.certificate),
    flag('proxy-client-key-file', frontProxy.key),
    ...(options.apiServerFlags ?? []),
  ];
}

export interface ControllerManagerOptions {
  readonly certificates: string;
  readonly kubeconfig: string;
  /** Port of its health endpoint. */
  readonly port: number;
  /** Made by it on its own, for volume plugins that nobody has: anywhere but the system's folder. */
  readonly pluginFolder: string;
}

export function controllerManagerArguments(options: ControllerManagerOptions): string[] {
  const authority = authorityFiles(options.certificates);
  return [
    flag('kubeconfig', options.kubeconfig),
    flag('bind-address', '127.0.0.1'),
    flag('secure-port', options.port),
    flag('leader-elect', 'false'),
    flag('use-service-account-credentials', 'true'),
    flag('flex-volume-plugin-dir', options.pluginFolder),
    flag('cluster-cidr', addresses.clusterCidr),
    flag('service-cluster-ip-range', addresses.serviceCidr),
    flag('root-ca-file', authority.certificate),
    flag('cluster-signing-cert-file', authority.certificate),
    flag('cluster-signing-key-file', authority.key),
    flag('service-account-private-key-file', serviceAccountKeys(options.certificates).private),
  ];
}

/** `port` is that of its health endpoint. */
export function schedulerArguments(kubeconfig: string, port: number): string[] {
  return [
    flag('kubeconfig', kubeconfig),
    flag('bind-address', '127.0.0.1'),
    flag('secure-port', port),
    flag('leader-elect', 'false'),
  ];
}

/**
 * Asks a Kubernetes component's HTTPS endpoint as the administrator.
 *
 * @returns whether it answered 200.
 */
export async function answersHttps(url: string, certificates: string): Promise<boolean> {
  const admin = certificateFiles(certificates, 'admin');
  const [cert, key] = await Promise.all([readFile(admin.certificate), readFile(admin.key)]);
  return await new Promise((resolve, reject) => {
    // The controller-manager and the scheduler serve a certificate that they made themselves.
    const options = { cert, key, rejectUnauthorized: false, timeout: 2000, agent: false };
    const asked = request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`${url} does not answer`)));
    asked.end();
  });
}

/** Starts etcd and the API server unless they run, and waits until the API server is ready. */
export async function ensureControlPlane(options: ControlPlaneOptions): Promise<void> {
  const { group, diesWithParent = false, apiServerConfiguration = '' } = options;
  const specs: ProcessSpec[] = [
    { name: 'etcd', file: await binaryPath('etcd'), args: etcdArguments(options), diesWithParent },
    {
      name: 'kube-apiserver',
      file: await binaryPath('kube-apiserver'),
      args: apiServerArguments(options),
      configuration: apiServerConfiguration,
      diesWithParent,
    },
  ];
  for (const spec of specs) await ensureProcess(group, spec);
  // Both start at once; etcd is asked first, because without it the API server only says that it waits.
  const health = `http://127.0.0.1:${options.etcdClientPort}/health`;
  const healthy = async (): Promise<boolean> =>
    (await fetch(health, { signal: AbortSignal.timeout(2000) })).ok;
  await waitForProcess(group, 'etcd', healthy, 30);
  const readyz = `https://${options.apiServerIp}:${options.apiServerPort}/readyz`;
  const ready = (): Promise<boolean> => answersHttps(readyz, options.certificates);
  await waitForProcess(group, 'kube-apiserver', ready, 60);
}
