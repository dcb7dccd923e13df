import { Resolver } from 'node:dns/promises';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses, ports } from './addresses.ts';
import { moduleSources } from './binaries.ts';
import { ClusterError } from './cluster-error.ts';
import { apply, kubectl } from './kubectl.ts';
import { paths, sourceFolder } from './paths.ts';
import { waitFor } from './wait.ts';
import { contourImage, corednsImage, envoyImage } from './stock-images.ts';

/** The stock images that the add-ons run. */
export const addonImages = ['coredns', 'contour', 'envoy'];

const values: Readonly<Record<string, string>> = {
  COREDNS_IMAGE: corednsImage,
  CONTOUR_IMAGE: contourImage,
  ENVOY_IMAGE: envoyImage,
  DNS_SERVICE_IP: addresses.dnsServiceIp,
  CONTOUR_SERVICE_IP: addresses.contourServiceIp,
  INGRESS_HTTP_PORT: String(ports.ingressHttp),
  INGRESS_HTTPS_PORT: String(ports.ingressHttps),
};

/**
 * Replaces `${NAME}` in a manifest.
 *
 * @throws ClusterError for a name without a value: a manifest and `values` have drifted apart.
 */
export function fillIn(manifest: string, by: Readonly<Record<string, string>>): string {
  return manifest.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = by[name];
    if (value === undefined) throw new ClusterError(`no value for \${${name}} in a manifest`);
    return value;
  });
}

async function ownManifest(name: string): Promise<string> {
  return fillIn(await readFile(join(sourceFolder, 'addons', `${name}.yaml`), 'utf8'), values);
}

/** Third-party CRDs and roles come from the module that the binary was built from, so that they always fit it. */
async function contourManifests(): Promise<string[]> {
  const sources = await moduleSources('contour', 'github.com/projectcontour/contour');
  const files = ['contour/01-crds.yaml', 'contour/02-role-contour.yaml'];
  return await Promise.all(files.map((file) => readFile(join(sources, 'examples', file), 'utf8')));
}

const appliedRecord = join(paths.state, 'addons-applied');

/** Manifests that can be applied at once, and the Deployment to wait for before the next part; none: CRDs. */
interface Part {
  readonly manifests: string;
  readonly deployment?: readonly [namespace: string, name: string];
}

/** What the cluster should hold. Envoy comes last: when Contour is not there yet it tries again only seconds later. */
async function parts(): Promise<Part[]> {
  const join = (texts: readonly string[]): string => texts.join('\n---\n');
  const own = async (...names: string[]): Promise<string> =>
    join(await Promise.all(names.map(ownManifest)));
  return [
    { manifests: await own('namespaces', 'coredns'), deployment: ['kube-system', 'coredns'] },
    { manifests: join(await contourManifests()) },
    { manifests: await own('contour'), deployment: ['projectcontour', 'contour'] },
    { manifests: await own('envoy'), deployment: ['projectcontour', 'envoy'] },
  ];
}

/** A CRD is served a moment after it is accepted. */
async function ensureServed(): Promise<void> {
  await kubectl('wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all');
}

async function applyAddons(wanted: readonly Part[]): Promise<void> {
  // The cluster's uid: a new cluster has nothing of what was applied to the previous one.
  const cluster = await kubectl(
    'get',
    'namespace',
    'kube-system',
    '-o',
    'jsonpath={.metadata.uid}',
  );
  const digest = createHash('sha256')
    .update(JSON.stringify([cluster, wanted]))
    .digest('hex');
  if ((await readFile(appliedRecord, 'utf8').catch(() => '')) === digest) return;
  for (const { manifests, deployment } of wanted) {
    await apply(manifests);
    await (deployment === undefined ? ensureServed() : ensureAvailable(...deployment));
  }
  await writeFile(appliedRecord, digest);
}

async function ensureAvailable(namespace: string, deployment: string): Promise<void> {
  const rollout = ['rollout', 'status', '--namespace', namespace, `deployment/${deployment}`];
  try {
    await kubectl(...rollout, '--timeout=120s');
  } catch (cause) {
    const events = await kubectl('describe', 'pods', '--namespace', namespace).catch(() => '');
    throw new ClusterError(`${deployment} does not become available\n${events.slice(-3000)}`, {
      cause,
      remedy: `look at it: kubectl --namespace ${namespace} logs deployment/${deployment}`,
    });
  }
}

async function clusterDnsAnswers(): Promise<boolean> {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([addresses.dnsServiceIp]);
  return (await resolver.resolve4('kubernetes.default.svc.cluster.local')).length > 0;
}

async function serviceAnswers(service: string, path: string): Promise<boolean> {
  const get = ['get', 'service', '--namespace', 'projectcontour', service];
  const ip = await kubectl(...get, '-o', 'jsonpath={.spec.clusterIP}');
  return (await fetch(`http://${ip}${path}`, { signal: AbortSignal.timeout(2000) })).ok;
}

/** Asks the pods themselves: after a crash the API server still believes what it last heard of them. */
async function waitForAnswers(): Promise<void> {
  const questions: [string, () => Promise<boolean>][] = [
    ['the cluster DNS answers', clusterDnsAnswers],
    ['Contour answers', () => serviceAnswers('contour', ':8000/healthz')],
    ['Envoy answers', () => serviceAnswers('envoy', ':8002/ready')],
  ];
  for (const [what, ask] of questions) await waitFor(what, ask, { seconds: 120 });
}

/** CoreDNS, Contour and Envoy: applied if they changed, and answering when this returns. */
export async function ensureAddons(): Promise<void> {
  await applyAddons(await parts());
  await waitForAnswers();
}
