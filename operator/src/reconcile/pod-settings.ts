import type { Deployment, ReplicaSet } from './caches.ts';

/** Names of the ConfigMaps that pods of a template get their variables from. */
export function settingsOf(owner: Deployment | ReplicaSet | undefined): string[] {
  const { containers = [] } = owner?.spec?.template?.spec ?? {};
  return containers
    .flatMap(({ envFrom = [] }) => envFrom)
    .flatMap(({ configMapRef }) => configMapRef?.name ?? []);
}
