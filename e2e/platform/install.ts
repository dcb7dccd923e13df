import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillIn } from '../cluster/addons.ts';
import { auditedAccount } from '../cluster/audit/policy.ts';
import { repositoryFolder } from '../cluster/paths.ts';
import { reportProgress } from '../cluster/progress.ts';
import { litellmImage, redisImage } from '../cluster/stock-images.ts';
import type { ClusterAccess } from './access.ts';
import { ensureCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import type { ProjectImages } from './project-images.ts';

/** As the release, so that the operator's requests are those that the API server logs. */
const OPERATOR_NAMESPACE = auditedAccount.namespace;

/** Where model calls end: our stand-in, or the real provider when the user gave a key for it. */
export interface Upstream {
  model: string;
  apiBase: string;
  apiKey?: string;
}

export function upstreamFrom(environment: Readonly<Record<string, string | undefined>>): Upstream {
  const apiKey = environment.OPENAI_API_KEY;
  if (apiKey === undefined || apiKey === '') {
    return { model: 'fake-model', apiBase: 'http://fake-openai.a2a-platform:8080/v1' };
  }
  return {
    model: environment.OPENAI_MODEL ?? 'gpt-4o-mini',
    apiBase: environment.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
    apiKey,
  };
}

/** Installs or upgrades the operator with Helm and waits until it is ready. `network`: the chart's values of that name. */
export async function installOperator(
  cluster: ClusterAccess,
  { operator, runtime }: ProjectImages,
  network: object = {},
): Promise<void> {
  await reportProgress('operator (Helm)', async () => {
    await cluster.apply(namespace(OPERATOR_NAMESPACE));
    const [operatorRepository, operatorTag] = splitTag(operator);
    const [runtimeRepository, runtimeTag] = splitTag(runtime);
    await cluster.helm(
      ...[
        'upgrade',
        '--install',
        auditedAccount.name,
        join(repositoryFolder, 'charts/a2a-operator'),
      ],
      ...['--namespace', OPERATOR_NAMESPACE, '--wait', '--timeout', '120s'],
      ...['--set-string', `image.repository=${operatorRepository},image.tag=${operatorTag}`],
      ...[
        '--set-string',
        `runtimeImage.repository=${runtimeRepository},runtimeImage.tag=${runtimeTag}`,
      ],
      ...['--set-json', `network=${JSON.stringify(network)}`],
    );
  });
}

/** Redis, the LiteLLM proxy and, without a real provider, the stand-in behind it. */
export async function installPlatform(
  cluster: ClusterAccess,
  { fakeOpenai }: ProjectImages,
  upstream: Upstream,
): Promise<Credentials> {
  const values = {
    REDIS_IMAGE: process.env.REDIS_IMAGE ?? redisImage,
    LITELLM_IMAGE: process.env.LITELLM_IMAGE ?? litellmImage,
    FAKE_OPENAI_IMAGE: fakeOpenai,
    MODEL: upstream.model,
    MODEL_API_BASE: upstream.apiBase,
  };
  const manifest = async (name: string): Promise<string> =>
    fillIn(await readFile(join(import.meta.dirname, `${name}.yaml`), 'utf8'), values);
  await cluster.apply(namespace('a2a-platform'));
  const credentials = await ensureCredentials(cluster, upstream.apiKey);
  await cluster.apply(await manifest('platform'));
  if (upstream.apiKey === undefined) await cluster.apply(await manifest('fake-openai'));
  return credentials;
}

/** Waits until the platform answers. */
export async function awaitPlatform(cluster: ClusterAccess): Promise<void> {
  for (const name of ['redis', 'litellm']) {
    await reportProgress(name, () =>
      cluster.kubectl(
        ...['rollout', 'status', `deployment/${name}`, '-n', 'a2a-platform', '--timeout=180s'],
      ),
    );
  }
}

/** A namespace that enforces the restricted profile, as JSON. */
export function namespace(name: string): string {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

/** The last colon, because a registry's host may have a port. */
function splitTag(image: string): [repository: string, tag: string] {
  const at = image.lastIndexOf(':');
  return [image.slice(0, at), image.slice(at + 1)];
}
