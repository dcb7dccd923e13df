import type { V1Volume } from '@kubernetes/client-node';
import { SECRETS_DIR } from '../../../runtime/src/contract/layout.ts';
import type { SecretRef } from '../../../runtime/src/contract/secret-refs.ts';
import type { VariableName } from '../../../runtime/src/contract/environment.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { childNames } from '../names.ts';
import { wantsGeneratedApiKey } from './api-key-secret.ts';

/** Readable by the runtime's group only; the kubelet gives the files to fsGroup. */
export const FILE_MODE = 0o440;

/** A Secret of the user (or the generated one) as files in the runtime's container. */
export interface SecretMount {
  /** Volume name and folder below SECRETS_DIR. */
  volume: string;
  /** The field of the spec that names the Secret. */
  field: string;
  secretName: string;
  /** The key that is mounted; all of them when absent. */
  key?: string;
  /** The variable that tells the runtime where the file or folder is. */
  variable: VariableName | `${VariableName}_FILE`;
}

/** Every Secret that a server's pods mount, in a fixed order. */
export function secretMounts(server: A2AServer): SecretMount[] {
  const { model, memory, auth } = server.spec;
  return [
    ...key(
      'model-api-key',
      'spec.model.apiKeySecretRef',
      'LITELLM_API_KEY_FILE',
      model.apiKeySecretRef,
    ),
    ...key('model-ca', 'spec.model.caSecretRef', 'A2A_MODEL_CA_FILE', model.caSecretRef),
    ...key(
      'redis-username',
      'spec.memory.redis.usernameSecretRef',
      'A2A_REDIS_USERNAME_FILE',
      memory.redis?.usernameSecretRef,
    ),
    ...key(
      'redis-password',
      'spec.memory.redis.passwordSecretRef',
      'REDIS_PASSWORD_FILE',
      memory.redis?.passwordSecretRef,
    ),
    ...key(
      'redis-ca',
      'spec.memory.redis.caSecretRef',
      'A2A_REDIS_CA_FILE',
      memory.redis?.caSecretRef,
    ),
    ...key('jwt', 'spec.auth.jwtSecretRef', 'A2A_JWT_SECRET_FILE', auth.jwtSecretRef),
    ...apiKeys(server),
  ];
}

/** Where the mounted file, or the folder of all keys, is in the container. */
export function mountedPath({ volume, key: fileName }: SecretMount): string {
  const folder = `${SECRETS_DIR}/${volume}`;
  return fileName === undefined ? folder : `${folder}/${fileName}`;
}

/** The volume of a mount. A folder is mounted whole, because `subPath` mounts never change. */
export function secretVolume({ volume, secretName, key: fileName }: SecretMount): V1Volume {
  return {
    name: volume,
    secret: {
      secretName,
      defaultMode: FILE_MODE,
      // A missing key then is the runtime's to name; the kubelet would only tell it in events.
      optional: true,
      ...(fileName !== undefined && { items: [{ key: fileName, path: fileName }] }),
    },
  };
}

function key(
  volume: string,
  field: string,
  variable: SecretMount['variable'],
  ref: SecretRef | undefined,
): SecretMount[] {
  return ref === undefined ? [] : [{ volume, field, secretName: ref.name, key: ref.key, variable }];
}

function apiKeys(server: A2AServer): SecretMount[] {
  const declared = server.spec.auth.apiKeysSecretRef?.name;
  const generated = wantsGeneratedApiKey(server)
    ? childNames.apiKeySecret(server.metadata.name)
    : undefined;
  const secretName = declared ?? generated;
  if (secretName === undefined) return [];
  const field = 'spec.auth.apiKeysSecretRef';
  return [{ volume: 'api-keys', field, secretName, variable: 'A2A_API_KEYS_DIR' }];
}
