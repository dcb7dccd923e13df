import type { A2AServer } from '../api/a2aserver.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import type { Reconcile, Result } from '../controller/controller.ts';
import type { Kube } from '../kube/port.ts';
import { agentFiles } from '../resources/agent-files.ts';
import type { AgentFiles } from '../resources/agent-files.ts';
import { wantsGeneratedApiKey } from '../resources/api-key-secret.ts';
import { desiredState } from '../resources/desired-state.ts';
import type { Settings } from '../resources/inputs.ts';
import { publicUrl } from '../resources/urls.ts';
import { defaultAgent } from './agent-selection.ts';
import { applyAll } from './apply.ts';
import { rememberChild } from './caches.ts';
import type { Caches } from './caches.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import { isUnsettled } from './dependency-readings.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { gate } from './gate.ts';
import { observe } from './observe.ts';
import type { Observed } from './observe.ts';
import { outcomeOf } from './outcome.ts';
import { readReports } from './pod-reports.ts';
import type { ReadPodStatus } from './pod-reports.ts';
import { prune } from './prune.ts';
import { serverEvidence } from './server-evidence.ts';
import { serverStatus } from './server-status.ts';
import type { ServerEvidence } from './server-status.ts';
import { writeStatus } from './write-status.ts';

/** What reconciling a server needs of the world. */
export interface ServerDependencies {
  kube: Kube;
  caches: Caches;
  configMapTexts: ConfigMapTexts;
  settings: Settings;
  readPodStatus: ReadPodStatus;
  /** A new API key, at least 256 random bits. */
  newApiKey: () => string;
  now: () => Date;
  random: () => number;
}

/** Pods are asked again this often while they are expected to change their answer. */
const PENDING_MS = 2_000;
/** And this often, with jitter, when all is well: a dependency may go without any event. */
const STEADY_MS = 60_000;

/** Reconciles A2AServers: observe, gate, build, apply, prune, status. */
export function serverReconciler(deps: ServerDependencies): Reconcile {
  const { kube, caches, settings } = deps;
  const readings = new Map<string, Record<Dependency, Readings>>();
  const rememberServer = (written: KubeObject): void => {
    caches.servers.remember(written as A2AServer);
  };
  return async (ref) => {
    const observed = await observe(ref, caches, deps.configMapTexts);
    if (observed === undefined) {
      readings.delete(keyOf(ref));
      return {};
    }
    const { server, owned, pods } = observed;
    const rendered = render(observed, settings);
    const outcome = await outcomeOf(async () => {
      gate(observed, settings.allowedAnnotationPrefixes);
      const desired = build(observed, rendered, deps);
      await applyAll(desired, owned, kube, (written) => {
        rememberChild(caches, written);
      });
      await prune(desired, observed, kube);
    });
    const evidence = serverEvidence({
      observed,
      rendered,
      outcome,
      deployment: caches.deployments.get(ref) ?? observed.deployment,
      reports: await readReports(pods, server.spec.metrics.port, deps.readPodStatus),
      readings: readings.get(keyOf(ref)),
      clusterDomain: settings.clusterDomain,
    });
    readings.set(keyOf(ref), evidence.readings);
    await writeStatus(server, serverStatus(server, evidence, deps.now()), kube, rememberServer);
    return nextLook(evidence, deps.random);
  };
}

function render(
  { server, agents, configMapText, previousFiles }: Observed,
  { clusterDomain }: Settings,
): AgentFiles {
  const shared = {
    publicUrl: publicUrl(server, clusterDomain),
    defaultAgent: defaultAgent(server),
  };
  return agentFiles(shared, agents, configMapText, previousFiles);
}

function build(
  { server, owned }: Observed,
  { files }: AgentFiles,
  { settings, newApiKey }: ServerDependencies,
): KubeObject[] {
  const hasKey = owned.some(({ kind }) => kind === 'Secret');
  const needsKey = wantsGeneratedApiKey(server) && !hasKey;
  const key = needsKey ? { newApiKey: newApiKey() } : {};
  return desiredState({ server, settings, agentFiles: files, ...key });
}

function nextLook({ reports, revision, readings }: ServerEvidence, random: () => number): Result {
  const behind = reports.some(({ report }) => report?.revision !== revision);
  const pending = behind || Object.values(readings).some(isUnsettled);
  return { requeueAfterMs: pending ? PENDING_MS : STEADY_MS * (0.9 + random() / 5) };
}
