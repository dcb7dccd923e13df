import type { V1Deployment } from '@kubernetes/client-node';
import { childNames, selectorLabels } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { podTemplate } from './pod-template.ts';
import { ownedMeta } from './server-object.ts';

/** The pods' Deployment: a new version starts before an old pod goes, one at a time. */
export function deployment(inputs: Inputs): Manifest<V1Deployment> {
  const { server } = inputs;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMeta(server, childNames.deployment(server.metadata.name)),
    spec: {
      replicas: server.spec.replicas,
      revisionHistoryLimit: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: selectorLabels(server.metadata.name) },
      template: podTemplate(inputs),
    },
  };
}
