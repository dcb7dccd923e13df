import { canonicalJson } from '../../../runtime/src/contract/canonical-json.ts';
import type { KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import type { Remember } from './apply.ts';

/** Writes a status when it differs from the one that is there. The only place that writes one. */
export async function writeStatus(
  object: KubeObject & { status?: unknown },
  status: unknown,
  kube: Kube,
  remember: Remember,
): Promise<void> {
  if (canonicalJson(object.status) === canonicalJson(status)) return;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace = '', uid = '' } = metadata;
  try {
    remember(
      await kube.applyStatus({ apiVersion, kind, metadata: { name, namespace, uid }, status }),
    );
  } catch (error) {
    // Deleted since it was looked at: there is nothing left to be said.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
