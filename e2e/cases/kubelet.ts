import type { ClusterAccess } from '../platform/access.ts';

let touches = 0;

/**
 * Makes the kubelet look at the ConfigMaps and Secrets of a namespace's pods now: it does so when a
 * pod changes. That it also does so by itself, within its period, is the story of live-changes; the
 * others need not wait for it again.
 */
export async function hurryKubelet(cluster: ClusterAccess, namespace: string): Promise<void> {
  touches += 1;
  const touched = `e2e/touched=${Date.now()}-${touches}`;
  await cluster.kubectl('annotate', 'pods', '--all', '-n', namespace, '--overwrite', touched);
}
