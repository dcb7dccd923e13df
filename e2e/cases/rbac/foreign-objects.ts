import type { Manifest } from '../manifests.ts';

/** Objects of somebody else, one of each Kind, with the names of the children of a server. */
export function foreignObjects(server: string): Manifest[] {
  const object = (
    apiVersion: string,
    kind: string,
    rest: object = {},
    name = server,
  ): Manifest => ({
    apiVersion,
    kind,
    metadata: { name },
    ...rest,
  });
  const matchLabels = { app: 'mine' };
  const pod = {
    metadata: { labels: matchLabels },
    spec: { containers: [{ name: 'mine', image: 'none' }] },
  };
  const defaultBackend = { service: { name: 'mine', port: { number: 80 } } };
  return [
    object('v1', 'ServiceAccount'),
    object('v1', 'Secret', {}, `${server}-api-key`),
    object('v1', 'ConfigMap', {}, `${server}-agents-0`),
    object('v1', 'Service', { spec: { ports: [{ port: 1234 }] } }),
    object('policy/v1', 'PodDisruptionBudget', { spec: { selector: { matchLabels } } }),
    object('apps/v1', 'Deployment', {
      spec: { replicas: 0, selector: { matchLabels }, template: pod },
    }),
    object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: { matchLabels } } }),
    object('networking.k8s.io/v1', 'Ingress', { spec: { defaultBackend } }),
  ];
}
