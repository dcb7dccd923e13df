import { ingressUrl } from '../cluster/addresses.ts';
import { ensureStockImage } from '../cluster/images.ts';
import { adminKubeconfig } from '../cluster/paths.ts';
import { reportProgress } from '../cluster/progress.ts';
import { up } from '../cluster/up.ts';
import { embeddedCluster } from '../platform/access.ts';
import {
  awaitPlatform,
  installOperator,
  installPlatform,
  upstreamFrom,
} from '../platform/install.ts';
import type { Credentials } from '../platform/credentials.ts';
import { buildProjectImages, loadProjectImages } from '../platform/project-images.ts';
import { showConversation } from './conversation.ts';
import { addHosts } from './hosts.ts';
import { SAMPLE_HOSTS, apiKey, awaitSamples, installSamples } from './samples.ts';

const inNamespace = (name: string): object => ({
  matchLabels: { 'kubernetes.io/metadata.name': name },
});

/** The embedded cluster's network, as the chart is told. */
const NETWORK = {
  ingressControllers: [
    {
      namespaceSelector: inNamespace('projectcontour'),
      podSelector: { matchLabels: { app: 'envoy' } },
    },
  ],
  monitoring: [{ namespaceSelector: inNamespace('monitoring') }],
};

/** Cluster, operator and platform; what both `make up` and the e2e cases stand on. */
export async function ensureInstalled(): Promise<Credentials> {
  const cluster = embeddedCluster();
  await up();
  for (const name of ['redis', 'litellm']) {
    await reportProgress(`image ${name} → cluster`, () => ensureStockImage(name));
  }
  const images = await buildProjectImages();
  await loadProjectImages(images);
  const credentials = await installPlatform(cluster, images, upstreamFrom(process.env));
  await installOperator(cluster, images, NETWORK);
  await awaitPlatform(cluster);
  return credentials;
}

/** From nothing to an agent that answers, on the embedded cluster. */
export async function upEmbedded(): Promise<void> {
  const startMs = Date.now();
  const cluster = embeddedCluster();
  const credentials = await ensureInstalled();
  await installSamples(cluster, credentials);
  await addHosts(SAMPLE_HOSTS);
  await awaitSamples(cluster);
  const url = `http://${SAMPLE_HOSTS[0] ?? ''}:${new URL(ingressUrl()).port}`;
  const key = await apiKey(cluster, 'quickstart');
  await showConversation(url, key);
  const seconds = Math.round((Date.now() - startMs) / 1000);
  console.log(nextSteps(url, key, seconds));
}

function nextSteps(url: string, key: string, seconds: number): string {
  return `
Up in ${seconds} s. What to try next:

  export KUBECONFIG=${adminKubeconfig}
  node_modules/.bin/node e2e/cluster/main.ts kubectl get a2as,agentdef -n a2a-demo

  curl ${url}/a2a -H 'X-API-Key: ${key}' \\
    -H 'A2A-Version: 1.0' -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,
    "method":"SendMessage","params":{"message":{"messageId":"m1","role":"ROLE_USER",
    "parts":[{"text":"Hello"}]}}}'

  Edit config/samples/quickstart.yaml and run \`make up\` again; the agent answers anew.
  \`make down\` stops the cluster; nothing of it stays but caches.
`;
}
