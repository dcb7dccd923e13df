import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { binaryPath, buildBinaries } from './binaries.ts';
import { dockerHost } from './docker.ts';
import { folders } from './paths.ts';

/** What the docker client needs in its environment for `docker compose` against our daemon. */
export async function composeEnvironment(): Promise<Record<string, string>> {
  await buildBinaries(['compose']);
  const configuration = join(folders.configuration, 'docker-client');
  const plugin = join(configuration, 'cli-plugins', 'docker-compose');
  await mkdir(join(plugin, '..'), { recursive: true });
  await rm(plugin, { force: true });
  await symlink(await binaryPath('docker-compose'), plugin);
  return { DOCKER_HOST: dockerHost, DOCKER_CONFIG: configuration };
}
