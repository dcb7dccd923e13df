import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { run, runToLog } from './command.ts';
import { docker } from './docker.ts';
import { folders, paths } from './paths.ts';

/** The public image that the debootstrap stand-in stands for. */
export const debianImage = 'debian:bookworm-slim';

const suite = 'bookworm';
const aptFolder = '/etc/apt';

/** Where the machine's CA certificates are: builds must trust what the machine trusts. */
export const authorityBundle = '/etc/ssl/certs/ca-certificates.crt';

/** The archives that the machine itself installs from. */
export interface DebianMirrors {
  readonly main: string;
  readonly security: string | undefined;
}

/**
 * Finds the Debian archives in the texts of apt source files, in both of apt's formats.
 *
 * @throws ClusterError when none of them names a Debian archive.
 */
export function debianMirrors(sources: readonly string[]): DebianMirrors {
  const uris = sources
    .flatMap((text) => text.split('\n'))
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/\s+/).filter((word) => /^https?:\/\//.test(word)))
    .map((uri) => uri.replace(/\/+$/, ''));
  const main = uris.find((uri) => uri.endsWith('/debian'));
  if (main === undefined) {
    throw new ClusterError('the apt sources of this machine name no Debian archive', {
      remedy: `make ${debianImage} available to docker: docker pull or docker load`,
    });
  }
  return { main, security: uris.find((uri) => uri.endsWith('/debian-security')) };
}

async function machineMirrors(): Promise<DebianMirrors> {
  const parts = await readdir(join(aptFolder, 'sources.list.d')).catch(() => []);
  const files = ['sources.list', ...parts.map((name) => join('sources.list.d', name))];
  const read = (file: string): Promise<string> =>
    readFile(join(aptFolder, file), 'utf8').catch(() => '');
  return debianMirrors(await Promise.all(files.map(read)));
}

/** The sources.list of the image: the same archives that it was made from. */
export function imageSources(mirrors: DebianMirrors): string {
  const lines = [`deb ${mirrors.main} ${suite} main`, `deb ${mirrors.main} ${suite}-updates main`];
  if (mirrors.security !== undefined) lines.push(`deb ${mirrors.security} ${suite}-security main`);
  return `${lines.join('\n')}\n`;
}

/** What nobody reads in a build container. */
const dispensable = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/info',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
];

async function slim(root: string): Promise<void> {
  for (const folder of dispensable) {
    await rm(join(root, folder), { recursive: true, force: true });
    await mkdir(join(root, folder), { recursive: true });
  }
  await mkdir(join(root, 'var/cache/apt/archives/partial'), { recursive: true });
}

/** Environment of the image: what makes Node.js, pip and others trust the machine's CA certificates. */
const trust = ['NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'].map(
  (name) => `ENV ${name}=${authorityBundle}`,
);

/**
 * Makes a stand-in for the Debian image from the machine's own Debian archive, about 75 s, for machines
 * that reach no container registry.
 *
 * @throws ClusterError naming the log of debootstrap.
 */
export async function makeDebianImage(): Promise<void> {
  const mirrors = await machineMirrors();
  const work = join(paths.cache, 'debootstrap');
  const root = join(work, 'root');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const logFile = join(folders.logs, 'build', 'debootstrap.log');
  const include = '--include=ca-certificates';
  const args = ['--variant=minbase', include, suite, root, mirrors.main];
  await runToLog('debootstrap', args, { logFile });
  await writeFile(join(root, 'etc/apt/sources.list'), imageSources(mirrors));
  await copyFile(authorityBundle, join(root, authorityBundle));
  await slim(root);
  const archive = join(work, 'root.tar');
  await run('tar', ['-C', root, '-cf', archive, '.']);
  const changes = [...trust, 'CMD ["bash"]'].flatMap((change) => ['--change', change]);
  await docker('import', ...changes, archive, debianImage);
  await rm(work, { recursive: true, force: true });
}
