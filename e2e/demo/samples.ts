import { join } from 'node:path';
import { repositoryFolder } from '../cluster/paths.ts';
import { reportProgress } from '../cluster/progress.ts';
import type { ClusterAccess } from '../platform/access.ts';
import { grantCredentials } from '../platform/credentials.ts';
import type { Credentials } from '../platform/credentials.ts';
import { namespace } from '../platform/install.ts';

export const DEMO_NAMESPACE = 'a2a-demo';

/** Hosts of the samples' Ingresses. */
export const SAMPLE_HOSTS = ['quickstart.localhost', 'fleet.localhost'];

/** Applies config/samples and waits until every server answers. */
export async function installSamples(
  cluster: ClusterAccess,
  credentials: Credentials,
): Promise<void> {
  await cluster.apply(namespace(DEMO_NAMESPACE));
  await grantCredentials(cluster, DEMO_NAMESPACE, credentials);
  const samples = join(repositoryFolder, 'config/samples');
  await cluster.kubectl(
    ...['apply', '--server-side', '--force-conflicts', '-n', DEMO_NAMESPACE, '-f', samples],
  );
}

/** A table of what is Ready, and of why the others are not, which also says what to do. */
const REASONS =
  'custom-columns=KIND:.kind,NAME:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status,WHY:.status.conditions[?(@.type=="Ready")].message';

/** Waits until every server of the samples is Ready. */
export async function awaitSamples(cluster: ClusterAccess): Promise<void> {
  await reportProgress('agents Ready', async () => {
    try {
      await cluster.kubectl(
        ...['wait', '-n', DEMO_NAMESPACE, 'a2as', '--all'],
        ...['--for=condition=Ready', '--timeout=120s'],
      );
    } catch (cause) {
      const said = await cluster.kubectl(
        'get',
        '-n',
        DEMO_NAMESPACE,
        'a2as,agentdef',
        '-o',
        REASONS,
      );
      throw new Error(`the samples did not become Ready:\n\n${said}`, { cause });
    }
  });
}

/** The API key that the operator generated for a server. */
export async function apiKey(cluster: ClusterAccess, server: string): Promise<string> {
  const encoded = await cluster.kubectl(
    ...['get', 'secret', '-n', DEMO_NAMESPACE, `${server}-api-key`],
    ...['-o', 'jsonpath={.data.api-key}'],
  );
  return Buffer.from(encoded, 'base64').toString();
}
