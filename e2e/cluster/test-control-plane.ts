import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binaryPath, buildBinaries } from './binaries.ts';
import { ClusterError, failureReport } from './cluster-error.ts';
import { ensureCertificates } from './certificates.ts';
import type { CertificateRequest } from './certificates.ts';
import {
  controlPlaneCertificates,
  controllerManagerArguments,
  ensureControlPlane,
} from './control-plane.ts';
import type { ControlPlaneOptions } from './control-plane.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { startPretendedNodes } from './pretended-nodes.ts';
import type { PretendedNodes } from './pretended-nodes.ts';
import { ensureProcess, recordedProcesses, stopProcess } from './processes.ts';
import type { ProcessGroup } from './processes.ts';

export interface TestControlPlaneOptions {
  /** Also run the controllers (garbage collection, Deployments, namespaces); pods still run nowhere. */
  readonly controllerManager?: boolean;
  readonly controllerManagerFlags?: readonly string[];
  readonly apiServerFlags?: readonly string[];
  /** Also a scheduler and nodes that pretend to run the pods they get; with the controllers. */
  readonly nodes?: PretendedNodes;
  /** Who gets a certificate beside the administrator. */
  readonly users?: readonly CertificateRequest[];
}

/** A real API server for one test suite. */
export interface TestControlPlane {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of the kubeconfig of one of the users that were asked for. */
  readonly kubeconfigOf: (user: string) => string;
  /** Where its data, certificates and logs are. */
  readonly folder: string;
  /** Ends the processes and deletes the folder; calling it twice is fine. */
  readonly stop: () => Promise<void>;
}

/** `count` different TCP ports of the loopback interface that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const listening = servers.map(
    (server) =>
      new Promise<number>((resolve, reject) => {
        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
          resolve((server.address() as AddressInfo).port);
        });
      }),
  );
  const ports = await Promise.all(listening);
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
        }),
    ),
  );
  return ports;
}

const folderPrefix = 'a2a-control-plane-';

/** A folder for this process; when that is killed, the next test that starts a control plane deletes it. */
export async function sweptFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`));
}

/** Deletes the folders of test processes that were killed; the kernel has ended their servers. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || (await stat(`/proc/${pid}`).catch(() => undefined))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

async function startControllerManager(
  plane: ControlPlaneOptions,
  port: number,
  flags: readonly string[],
): Promise<void> {
  const { certificates, group } = plane;
  await ensureProcess(group, {
    name: 'kube-controller-manager',
    file: await binaryPath('kube-controller-manager'),
    args: [
      ...controllerManagerArguments({
        certificates,
        kubeconfig: await kubeconfigFor(plane, 'kube-controller-manager'),
        port,
        pluginFolder: join(certificates, 'plugins'),
      }),
      ...flags,
    ],
    diesWithParent: true,
  });
}

function userKubeconfig({ certificates }: ControlPlaneOptions, user: string): string {
  return join(certificates, `${user}.kubeconfig`);
}

async function kubeconfigFor(plane: ControlPlaneOptions, user: string): Promise<string> {
  const file = userKubeconfig(plane, user);
  const server = `https://${plane.apiServerIp}:${plane.apiServerPort}`;
  await writeKubeconfig(file, plane.certificates, { user, server });
  return file;
}

/** Starts what was asked for beside etcd and the API server. */
async function startComponents(
  plane: ControlPlaneOptions,
  options: TestControlPlaneOptions,
  place: { readonly folder: string; readonly adminKubeconfig: string },
): Promise<void> {
  const { nodes, controllerManager = false, controllerManagerFlags = [] } = options;
  const [controllersPort = 0, schedulerPort = 0] = await freePorts(2);
  if (controllerManager || nodes !== undefined) {
    await startControllerManager(plane, controllersPort, controllerManagerFlags);
  }
  if (nodes === undefined) return;
  const schedulerKubeconfig = await kubeconfigFor(plane, 'kube-scheduler');
  await startPretendedNodes({ ...plane, ...place, schedulerKubeconfig, schedulerPort }, nodes);
}

/**
 * Starts etcd and kube-apiserver, and what else is asked for, on free loopback ports with fresh data
 * in a temporary folder. Several can run at once; the kernel ends them with the test process.
 *
 * Builds the binaries first when the cache lacks them, which takes minutes.
 *
 * @throws ClusterError naming the log of the component that did not start; everything is cleaned up then.
 */
export async function startControlPlane(
  options: TestControlPlaneOptions = {},
): Promise<TestControlPlane> {
  await buildBinaries(['etcd', 'kubernetes']);
  await sweep();
  const folder = await sweptFolder();
  const group = { records: join(folder, 'processes'), logs: join(folder, 'logs') };
  const stop = async (): Promise<void> => {
    // The API server first: without its etcd it would not end politely.
    const records = await recordedProcesses(group);
    for (const record of records.reverse()) await stopProcess(group, record.name);
    await rm(folder, { recursive: true, force: true });
  };
  const plane = await controlPlaneIn(folder, group, options.apiServerFlags);
  const { users = [] } = options;
  try {
    const requests = [...controlPlaneCertificates(plane.apiServerIp), ...users];
    await ensureCertificates(plane.certificates, requests);
    await ensureControlPlane(plane);
    const kubeconfig = join(folder, 'kubeconfig');
    const server = `https://${plane.apiServerIp}:${plane.apiServerPort}`;
    await writeKubeconfig(kubeconfig, plane.certificates, { user: 'admin', server });
    for (const { name } of users) await kubeconfigFor(plane, name);
    await startComponents(plane, options, { folder, adminKubeconfig: kubeconfig });
    return { kubeconfig, kubeconfigOf: (user) => userKubeconfig(plane, user), folder, stop };
  } catch (error) {
    // The log is shown with the error, so it has to be read before its folder goes.
    const report = await failureReport(error);
    await stop();
    throw new ClusterError(report);
  }
}

async function controlPlaneIn(
  folder: string,
  group: ProcessGroup,
  apiServerFlags: readonly string[] = [],
): Promise<ControlPlaneOptions> {
  const [etcdClientPort = 0, etcdPeerPort = 0, apiServerPort = 0] = await freePorts(3);
  return {
    group,
    certificates: join(folder, 'certificates'),
    etcdData: join(folder, 'etcd'),
    etcdClientPort,
    etcdPeerPort,
    apiServerIp: '127.0.0.1',
    apiServerPort,
    // A loopback address may not become an endpoint of the Service `kubernetes`.
    apiServerFlags: ['--endpoint-reconciler-type=none', ...apiServerFlags],
    diesWithParent: true,
  };
}
