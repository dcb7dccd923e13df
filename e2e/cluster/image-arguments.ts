import { parseArgs } from 'node:util';
import { ClusterError } from './cluster-error.ts';
import type { ImageBuild } from './image-build.ts';

/**
 * The arguments of `image build`.
 *
 * @throws ClusterError when the Dockerfile or the tag is missing.
 */
export function parseImageBuild(args: readonly string[]): ImageBuild {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'build-arg': { type: 'string', multiple: true },
      context: { type: 'string' },
    },
  });
  const [dockerfile, tag] = positionals;
  if (dockerfile === undefined || tag === undefined) {
    throw new ClusterError('image build needs a Dockerfile and a tag');
  }
  return {
    dockerfile,
    tag,
    buildArgs: values['build-arg'] ?? [],
    ...(values.context === undefined ? {} : { context: values.context }),
  };
}
