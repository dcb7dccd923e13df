import type { KubeObject } from '../api/object.ts';
import type { Observed } from './observe.ts';

/**
 * Everything that decides what has to be applied, as one text. While it stays the same there is nothing
 * to build, compare or write: most looks at a server are about its pods, whose coming and going leaves
 * everything here as it was.
 */
export function fingerprint(observed: Observed): string {
  const { server, agents, missingAgents, texts, owned, missingSecrets, hostHolder } = observed;
  return JSON.stringify([
    [server.metadata.uid, server.metadata.generation],
    agents.map(({ metadata }) => [metadata.uid, metadata.generation]),
    missingAgents,
    texts.versions,
    owned.map(versionOf).sort(),
    missingSecrets,
    [hostHolder?.namespace, hostHolder?.name],
    observed.running,
    observed.services.map(({ metadata, spec }) => [metadata.uid, spec]),
  ]);
}

/** The deployment controller's own; it changes them when it rolls out. */
const ROLLOUT_ANNOTATIONS = 'deployment.kubernetes.io/';

/** A resource version changes with every status; where there is a generation, it stands for the spec alone. */
function versionOf({ metadata }: KubeObject): string {
  const { uid, resourceVersion, generation, labels, annotations = {}, ownerReferences } = metadata;
  if (generation === undefined) return JSON.stringify([uid, resourceVersion]);
  const kept = Object.entries(annotations).filter(
    ([name]) => !name.startsWith(ROLLOUT_ANNOTATIONS),
  );
  return JSON.stringify([uid, generation, labels, kept, ownerReferences]);
}
