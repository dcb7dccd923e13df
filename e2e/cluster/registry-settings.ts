import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { paths } from './paths.ts';

const pipKeys = ['index-url', 'extra-index-url', 'trusted-host', 'proxy', 'index'];

/**
 * A pip.conf with the machine's package indexes, from the output of `pip config list`.
 *
 * Only what says where packages come from: paths of the machine mean nothing inside a build.
 */
export function pipSettings(listed: string): string {
  const lines = listed.split('\n').flatMap((line) => {
    const match = /^(?:global|install|:env:)\.([a-z-]+)='(.*)'$/.exec(line.trim());
    const [, key = '', value = ''] = match ?? [];
    return pipKeys.includes(key) ? [`${key} = ${value}`] : [];
  });
  return ['[global]', ...new Set(lines), ''].join('\n');
}

/** An .npmrc with the machine's registries and their credentials only. */
export function npmSettings(npmrc: string): string {
  const kept = npmrc
    .split('\n')
    .filter((line) =>
      /^(@[^:=]+:)?registry\s*=|^\/\/|^(https?-)?proxy\s*=|^strict-ssl\s*=/.test(line.trim()),
    );
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}

async function machineNpmSettings(): Promise<string> {
  const files = [process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'), '/etc/npmrc'];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const registry = process.env.npm_config_registry;
  const fromEnvironment = registry === undefined ? '' : `registry=${registry}\n`;
  return npmSettings(texts.join('\n')) + fromEnvironment;
}

/**
 * Docker build arguments that mount the machine's npm and pip settings as secrets `npmrc` and
 * `pip-config`, so that credentials reach a RUN step but never a layer.
 */
export async function registrySecrets(): Promise<string[]> {
  const folder = join(paths.state, 'registry-settings');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pip = await run('pip', ['config', 'list']).catch(() => '');
  const secrets = { npmrc: await machineNpmSettings(), 'pip-config': pipSettings(pip) };
  const args: string[] = [];
  for (const [id, text] of Object.entries(secrets)) {
    const file = join(folder, id);
    await writeFile(file, text, { mode: 0o600 });
    args.push('--secret', `id=${id},src=${file}`);
  }
  return args;
}

const proxyVariables = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** The machine's proxies as build arguments, which docker keeps out of the image's history. */
export function proxyArguments(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  return proxyVariables.flatMap((name) =>
    environment[name] === undefined ? [] : ['--build-arg', `${name}=${environment[name]}`],
  );
}
