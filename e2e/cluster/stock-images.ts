import { join } from 'node:path';
import { binaryPath, moduleVersion } from './binaries.ts';
import { ClusterError } from './cluster-error.ts';
import { run } from './command.ts';
import { pauseImage } from './containerd.ts';
import { authorityBundle } from './debian-base.ts';
import { repositoryFolder } from './paths.ts';

/** An image that this folder knows how to make. */
export interface StockImage {
  readonly name: string;
  /** The tag; for a stand-in that of the public image that it stands for. */
  readonly tag: string;
  /** Whether a public image of that tag exists and is to be preferred. */
  readonly isPublic: boolean;
  readonly buildArgs: readonly string[];
  /** Files beside those of `images/<name>/`: name in the build context → path on this machine. */
  readonly files: () => Promise<Readonly<Record<string, string>>>;
  /** A part of the cache key: what decides the content beside the Dockerfile's folder. */
  readonly version: () => Promise<string>;
}

export const nodeImage = 'node:24-bookworm-slim';
export const redisImage = 'redis:7-alpine';

const litellmVersion = '1.108.7';
export const litellmImage = `a2a-operator/litellm:${litellmVersion}`;

const envoyVersion = '1.40.0';
export const envoyImage = `a2a-operator/envoy:${envoyVersion}`;

const corednsVersion = await moduleVersion('coredns', 'github.com/coredns/coredns');
export const corednsImage = `a2a-operator/coredns:${corednsVersion}`;

const contourVersion = await moduleVersion('contour', 'github.com/projectcontour/contour');
export const contourImage = `a2a-operator/contour:${contourVersion}`;

/** An image of one static binary of ours and the machine's CA certificates. */
function ofBinary(name: string, tag: string): StockImage {
  const files = async (): Promise<Record<string, string>> => ({
    [name]: await binaryPath(name),
    'ca-certificates.crt': authorityBundle,
  });
  return { name, tag, isPublic: false, buildArgs: [], files, version: () => binaryPath(name) };
}

const nodeBinary = join(repositoryFolder, 'node_modules', 'node', 'bin', 'node');

async function npmFolder(): Promise<string> {
  return join((await run('npm', ['root', '--global'])).trim(), 'npm');
}

export const stockImages: readonly StockImage[] = [
  ofBinary('pause', pauseImage.replace('docker.io/', '')),
  ofBinary('coredns', corednsImage),
  ofBinary('contour', contourImage),
  {
    name: 'envoy',
    tag: envoyImage,
    isPublic: false,
    buildArgs: [`ENVOY_VERSION=${envoyVersion}`],
    files: () => Promise.resolve({ 'ca-certificates.crt': authorityBundle }),
    version: () => Promise.resolve(envoyVersion),
  },
  {
    name: 'node',
    tag: nodeImage,
    isPublic: true,
    buildArgs: [],
    files: async () => ({ node: nodeBinary, npm: await npmFolder() }),
    version: async () => await run(nodeBinary, ['--version']),
  },
  {
    name: 'redis',
    tag: redisImage,
    isPublic: true,
    buildArgs: [],
    files: () => Promise.resolve({}),
    version: () => Promise.resolve('7'),
  },
  {
    name: 'litellm',
    tag: litellmImage,
    isPublic: false,
    buildArgs: [`LITELLM_VERSION=${litellmVersion}`],
    files: () => Promise.resolve({}),
    version: () => Promise.resolve(litellmVersion),
  },
];

/**
 * Finds a stock image by its name (`redis`) or tag (`redis:7-alpine`).
 *
 * @throws ClusterError listing the names when there is none.
 */
export function stockImage(nameOrTag: string): StockImage {
  const found = stockImages.find(({ name, tag }) => name === nameOrTag || tag === nameOrTag);
  if (found !== undefined) return found;
  const names = stockImages.map(({ name }) => name).join(', ');
  throw new ClusterError(`no recipe for the image ${nameOrTag}; there are: ${names}`);
}
