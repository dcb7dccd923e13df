import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import { childNames, selectorLabels } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { ownedMeta } from './server-object.ts';

/**
 * One pod at a time may be evicted. A pod that is not ready may always go (AlwaysAllow), else a
 * crashing server would block every node drain.
 */
export function podDisruptionBudget({ server }: Inputs): Manifest<V1PodDisruptionBudget> {
  const { name } = server.metadata;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ownedMeta(server, childNames.podDisruptionBudget(name)),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorLabels(name) },
    },
  };
}
