import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { dockerImageId, dockerToLog, ensureDocker } from './docker.ts';
import { proxyArguments, registrySecrets } from './registry-settings.ts';

export interface ImageBuild {
  readonly dockerfile: string;
  readonly tag: string;
  /** Default: the Dockerfile's folder. */
  readonly context?: string;
  /** `NAME=value` each. */
  readonly buildArgs?: readonly string[];
}

/** Makes an image of that tag available to docker; throws when it knows no way. */
export type ImageProvider = (tag: string) => Promise<void>;

/** Replaces `$NAME` and `${NAME}`; a name without a value becomes empty, as docker does it. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => values.get(name) ?? '');
}

/**
 * The images that a Dockerfile starts from, with its ARGs resolved, without its own stages and `scratch`.
 */
export function baseImages(dockerfile: string, buildArgs: readonly string[]): string[] {
  const given = new Map(buildArgs.map((each) => splitArgument(each)));
  const values = new Map<string, string>();
  const stages = new Set<string>(['scratch']);
  const bases = new Set<string>();
  for (const line of dockerfile.split('\n')) {
    const arg = /^\s*ARG\s+(\S+)/i.exec(line)?.[1];
    if (arg !== undefined) {
      const [name, value] = splitArgument(arg);
      values.set(name, given.get(name) ?? value);
    }
    const from = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line);
    if (from === null) continue;
    const [, reference = '', stage] = from;
    const image = expand(reference, values);
    if (!stages.has(image)) bases.add(image);
    if (stage !== undefined) stages.add(stage);
  }
  return [...bases];
}

function splitArgument(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).replace(/^"(.*)"$/, '$1')];
}

/**
 * Builds an image with our docker daemon. RUN steps use the host's network and may mount the secrets
 * `npmrc` and `pip-config`.
 *
 * @returns the image id.
 * @throws ClusterError naming the build log.
 */
export async function buildWith(provideBase: ImageProvider, build: ImageBuild): Promise<string> {
  const { dockerfile, tag, buildArgs = [], context = dirname(dockerfile) } = build;
  await ensureDocker();
  for (const base of baseImages(await readFile(dockerfile, 'utf8'), buildArgs)) {
    if ((await dockerImageId(base)) === undefined) await provideBase(base);
  }
  await dockerToLog(
    tag.replaceAll(/[^\w.-]+/g, '-'),
    ...['build', '--network', 'host', '--progress', 'plain', '--file', dockerfile, '--tag', tag],
    ...buildArgs.flatMap((each) => ['--build-arg', each]),
    ...proxyArguments(),
    ...(await registrySecrets()),
    context,
  );
  const id = await dockerImageId(tag);
  if (id === undefined) throw new ClusterError(`the build left no image ${tag}`);
  return id;
}
