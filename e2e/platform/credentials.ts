import { randomBytes } from 'node:crypto';
import type { ClusterAccess } from './access.ts';

/** The platform's passwords; made once for a cluster and kept in its Secrets. */
export interface Credentials {
  redisPassword: string;
  litellmKey: string;
}

const PLATFORM = 'a2a-platform';

/** The passwords of the platform, made on the first call. `openaiApiKey` goes to the proxy only. */
export async function ensureCredentials(
  cluster: ClusterAccess,
  openaiApiKey: string | undefined,
): Promise<Credentials> {
  const known = await cluster.kubectl(
    ...['get', 'secret', '-n', PLATFORM, 'redis', 'litellm', '--ignore-not-found', '-o', 'json'],
  );
  const { redisPassword, litellmKey } = { ...generated(), ...stored(known) };
  await cluster.apply(
    [
      secret(PLATFORM, 'redis', {
        password: redisPassword,
        'redis.conf': `requirepass ${redisPassword}\nappendonly yes\ndir /data\n`,
      }),
      secret(PLATFORM, 'litellm', {
        LITELLM_MASTER_KEY: litellmKey,
        OPENAI_API_KEY: openaiApiKey ?? 'none-needed',
      }),
    ].join('\n'),
  );
  return { redisPassword, litellmKey };
}

/** Gives a namespace the credentials that its servers refer to. */
export async function grantCredentials(
  cluster: ClusterAccess,
  namespace: string,
  { redisPassword, litellmKey }: Credentials,
): Promise<void> {
  const data = { 'redis-password': redisPassword, 'litellm-api-key': litellmKey };
  await cluster.apply(secret(namespace, 'platform-credentials', data));
}

function generated(): Credentials {
  const word = (): string => randomBytes(24).toString('base64url');
  return { redisPassword: word(), litellmKey: `sk-${word()}` };
}

interface SecretList {
  items?: { metadata: { name: string }; data: Record<string, string> }[];
}

function stored(json: string): Partial<Credentials> {
  const items = json.trim() === '' ? [] : ((JSON.parse(json) as SecretList).items ?? []);
  const value = (name: string, key: string): string | undefined => {
    const encoded = items.find(({ metadata }) => metadata.name === name)?.data[key];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
  };
  const redisPassword = value('redis', 'password');
  const litellmKey = value('litellm', 'LITELLM_MASTER_KEY');
  return { ...(redisPassword && { redisPassword }), ...(litellmKey && { litellmKey }) };
}

/** JSON, which `kubectl apply` reads as it reads YAML. */
function secret(namespace: string, name: string, stringData: Record<string, string>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData,
  });
}
