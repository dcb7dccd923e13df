import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { GRANTED_SECRETS_DIR } from '../../../runtime/src/contract/layout.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { FILE_MODE, secretMounts } from './secret-mounts.ts';
import { contentHash } from './server-object.ts';

/** Secrets that the agents of a server may use, sorted; granting them in another order is no change. */
export function grantedSecrets({ spec }: A2AServer): string[] {
  return [...(spec.secrets?.names ?? [])].sort();
}

/**
 * A volume for each granted Secret. Not one projected volume: that would put the keys of all of them into
 * one folder, where one Secret's key hides another's, or need their keys here, and no edit of an agent or a
 * Secret may change a pod's template.
 */
export function grantedVolumes(server: A2AServer): V1Volume[] {
  return grantedSecrets(server).map((secretName) => ({
    name: volumeName(secretName),
    secret: { secretName, defaultMode: FILE_MODE, optional: true },
  }));
}

export function grantedVolumeMounts(server: A2AServer): V1VolumeMount[] {
  return grantedSecrets(server).map((secretName) => ({
    name: volumeName(secretName),
    mountPath: `${GRANTED_SECRETS_DIR}/${secretName}`,
    readOnly: true,
  }));
}

/** Names of all Secrets that a server's pods mount, its own and those that its agents may use; sorted. */
export function mountedSecrets(server: A2AServer): string[] {
  const own = secretMounts(server).map(({ secretName }) => secretName);
  return [...new Set([...own, ...grantedSecrets(server)])].sort();
}

/** A Secret's name may be longer than a volume's, and have dots. */
function volumeName(secretName: string): string {
  return `granted-${contentHash(secretName)}`;
}
