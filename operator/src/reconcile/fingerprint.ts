import type { KubeObject } from '../api/object.ts';
import type { Observed } from './observe.ts';

/**
 * Everything that decides what has to be applied, as one text. While it stays the same there is nothing
 * to build, compare or write: most looks at a server are about its pods, whose coming and going leaves
 * everything here as it was.
 */
export function fingerprint(observed: Observed): string {
  const { server, agents, missingAgents, texts, owned, replicaSets, missingSecrets } = observed;
  return JSON.stringify([
    [server.metadata.uid, server.metadata.generation],
    agents.map(({ metadata }) => [metadata.uid, metadata.generation]),
    missingAgents,
    texts.versions,
    owned.map(versionOf),
    replicaSets.map(({ metadata }) => metadata.uid),
    missingSecrets,
  ]);
}

/** A Deployment's resource version changes with every pod; its generation stands for the spec alone. */
function versionOf({ kind, metadata }: KubeObject): unknown {
  const { uid, resourceVersion, generation, labels, annotations, ownerReferences } = metadata;
  return kind === 'Deployment'
    ? [uid, generation, labels, annotations, ownerReferences]
    : [uid, resourceVersion];
}
