import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the cluster keeps what it must not lose (cache), what it can rebuild (state), and its sockets (run). */
export interface ClusterPaths {
  /** Binaries and image archives: survives `down`, so that only the first run on a machine builds. */
  readonly cache: string;
  /** Certificates, kubeconfigs, etcd data, image stores, logs, process records. */
  readonly state: string;
  /** Sockets and mounts: on a tmpfs, so that a reboot empties it. */
  readonly run: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folders of the embedded cluster by the XDG convention.
 *
 * An empty XDG variable counts as unset, as the convention demands.
 */
export function clusterPaths(environment: Environment, home: string): ClusterPaths {
  const xdg = (name: string, fallback: string): string =>
    join(
      environment[name] === undefined || environment[name] === ''
        ? join(home, fallback)
        : environment[name],
      'a2a-operator',
    );
  return {
    cache: xdg('XDG_CACHE_HOME', '.cache'),
    state: xdg('XDG_STATE_HOME', '.local/state'),
    run: '/run/a2a-operator',
  };
}

export const paths = clusterPaths(process.env, homedir());

/** This folder: manifests, Dockerfiles and Go modules are read from beside the code. */
export const sourceFolder = import.meta.dirname;

/** The repository: the Node.js binary of the images comes from its node_modules. */
export const repositoryFolder = join(sourceFolder, '..', '..');

/** The kubeconfig that people and tests use; administrator of the cluster. */
export const adminKubeconfig = join(paths.state, 'kubeconfig');

export const folders = {
  binaries: join(paths.cache, 'bin'),
  imageArchives: join(paths.cache, 'images'),
  certificates: join(paths.state, 'certificates'),
  configuration: join(paths.state, 'configuration'),
  processRecords: join(paths.state, 'processes'),
  audit: join(paths.state, 'audit'),
  logs: join(paths.state, 'logs'),
  podLogs: join(paths.state, 'logs', 'pods'),
  etcd: join(paths.state, 'etcd'),
  kubelet: join(paths.state, 'kubelet'),
  containerd: join(paths.state, 'containerd'),
  docker: join(paths.state, 'docker'),
  importedImages: join(paths.state, 'imported-images'),
} as const;

export const sockets = {
  containerd: join(paths.run, 'containerd', 'containerd.sock'),
  docker: join(paths.run, 'docker.sock'),
} as const;
