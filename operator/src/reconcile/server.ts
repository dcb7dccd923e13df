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
import type { OnWrite } from './apply.ts';
import { rememberChild } from './caches.ts';
import type { Caches } from './caches.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import { isUnsettled } from './dependency-readings.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { gate } from './gate.ts';
import { noteOf, warnings } from './notes.ts';
import type { Notify } from './notes.ts';
import { observe } from './observe.ts';
import type { Observed } from './observe.ts';
import { outcomeOf } from './outcome.ts';
import { readReports } from './pod-reports.ts';
import type { ReadPodStatus } from './pod-reports.ts';
import { prune } from './prune.ts';
import type { RolloutSlots } from './rollout-slots.ts';
import { serverEvidence } from './server-evidence.ts';
import { isReady, serverStatus } from './server-status.ts';
import type { ServerEvidence } from './server-status.ts';
import type { StatusWriter } from './status-writer.ts';

/** What reconciling a server needs of the world. */
export interface ServerDependencies {
  kube: Kube;
  caches: Caches;
  configMapTexts: ConfigMapTexts;
  settings: Settings;
  statusWriter: StatusWriter<A2AServer>;
  slots: RolloutSlots;
  notify: Notify;
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
  const { kube, caches, settings, slots, statusWriter } = deps;
  const readings = new Map<string, Record<Dependency, Readings>>();
  return async (ref, { failures }) => {
    const key = keyOf(ref);
    const observed = await observe(ref, caches, deps.configMapTexts);
    if (observed === undefined) {
      readings.delete(key);
      statusWriter.forget(key);
      slots.free(key);
      return {};
    }
    const { server, owned } = observed;
    const rendered = render(observed, settings);
    const onWrite = written(server, deps);
    let heldBack = false;
    const outcome = await outcomeOf(failures, async () => {
      gate(observed, settings.allowedAnnotationPrefixes);
      const desired = build(observed, rendered, deps);
      heldBack = slots.holdBack(observed, desired);
      await applyAll(heldBack ? desired.filter(isHot) : desired, owned, kube, onWrite);
      await prune(desired, observed, kube, onWrite);
    });
    const evidence = serverEvidence({
      observed,
      rendered,
      outcome,
      heldBack,
      deployment: caches.deployments.get(ref) ?? observed.deployment,
      reports: await readReports(observed.pods, server.spec.metrics.port, deps.readPodStatus),
      readings: readings.get(key),
      clusterDomain: settings.clusterDomain,
    });
    readings.set(key, evidence.readings);
    const waitMs = await report(server, evidence, deps);
    if (outcome.kind === 'waiting' && outcome.error !== undefined) throw outcome.error;
    return nextLook(evidence, waitMs, deps.random);
  };
}

/** Writes the status, and leaves Events of what it has to warn of. */
async function report(
  server: A2AServer,
  evidence: ServerEvidence,
  { statusWriter, slots, notify, now }: ServerDependencies,
): Promise<number | undefined> {
  const status = serverStatus(server, evidence, now());
  const waitMs = await statusWriter.write(server, status);
  if (waitMs === undefined) {
    for (const note of warnings(server.status?.conditions, status.conditions)) notify(server, note);
  }
  const { generation } = server.metadata;
  slots.settle(keyOf(server.metadata), {
    ready: isReady(status) && !evidence.heldBack,
    generation,
  });
  return waitMs;
}

function written(server: A2AServer, { caches, notify }: ServerDependencies): OnWrite {
  return (deed, stored) => {
    if (deed !== 'pruned') rememberChild(caches, stored);
    const note = noteOf(deed, stored);
    if (note !== undefined) notify(server, note);
  };
}

function isHot({ kind }: KubeObject): boolean {
  return kind !== 'Deployment';
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

function nextLook(
  { reports, revision, readings, heldBack }: ServerEvidence,
  waitMs: number | undefined,
  random: () => number,
): Result {
  const behind = reports.some(({ report }) => report?.revision !== revision);
  const pending = behind || heldBack || Object.values(readings).some(isUnsettled);
  const steadyMs = STEADY_MS * (0.9 + random() / 5);
  return { requeueAfterMs: Math.min(pending ? PENDING_MS : steadyMs, waitMs ?? Infinity) };
}
