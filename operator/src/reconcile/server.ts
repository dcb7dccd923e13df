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
import { fingerprint } from './fingerprint.ts';
import { gate } from './gate.ts';
import { noteOf, warnings } from './notes.ts';
import type { Notify } from './notes.ts';
import { observe } from './observe.ts';
import type { Observed } from './observe.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
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

/** What is known of a server from earlier looks; lost with the process, and made anew. */
interface Memory {
  readings?: Record<Dependency, Readings>;
  /** What was last carried out to the end, and the agents' files it came to. */
  done?: { fingerprint: string; rendered: AgentFiles };
}

/** Reconciles A2AServers: observe, gate, build, apply, prune, status. */
export function serverReconciler(deps: ServerDependencies): Reconcile {
  const { caches, settings, slots, statusWriter } = deps;
  const memories = new Map<string, Memory>();
  return async (ref, { failures }) => {
    const key = keyOf(ref);
    const observed = await observe(ref, caches, deps.configMapTexts);
    if (observed === undefined) {
      memories.delete(key);
      statusWriter.forget(key);
      slots.free(key);
      return {};
    }
    const { server, pods } = observed;
    const before = memories.get(key) ?? {};
    const execution = await execute(observed, before.done, { ...deps, failures });
    const { outcome, rendered, heldBack } = execution;
    const evidence = serverEvidence({
      observed,
      rendered,
      outcome,
      heldBack,
      deployment: caches.deployments.get(ref) ?? observed.deployment,
      reports: await readReports(pods, server.spec.metrics.port, deps.readPodStatus),
      readings: before.readings,
      clusterDomain: settings.clusterDomain,
    });
    const { readings } = evidence;
    memories.set(key, { readings, ...(execution.done && { done: execution.done }) });
    const waitMs = await report(server, evidence, deps);
    if (outcome.kind === 'waiting' && outcome.error !== undefined) throw outcome.error;
    return nextLook(evidence, waitMs, deps.random);
  };
}

interface Execution {
  outcome: Outcome;
  rendered: AgentFiles;
  /** The new pod template waits for other servers' rollouts. */
  heldBack: boolean;
  /** Present when all of it was carried out. */
  done?: Memory['done'];
}

/** Gate, build, apply, prune; nothing of it when nothing has changed since it was last done. */
async function execute(
  observed: Observed,
  done: Memory['done'],
  deps: ServerDependencies & { failures: number },
): Promise<Execution> {
  const { settings, slots, kube } = deps;
  const now = fingerprint(observed);
  if (done?.fingerprint === now) {
    return { outcome: { kind: 'applied' }, rendered: done.rendered, heldBack: false, done };
  }
  const rendered = render(observed, settings);
  const onWrite = written(observed.server, deps);
  let heldBack = false;
  const outcome = await outcomeOf(deps.failures, async () => {
    gate(observed, settings.allowedAnnotationPrefixes);
    const desired = build(observed, rendered, deps);
    heldBack = slots.holdBack(observed, desired);
    await applyAll(heldBack ? desired.filter(isHot) : desired, observed.owned, kube, onWrite);
    await prune(desired, observed, kube, onWrite);
  });
  const isDone = outcome.kind === 'applied' && !heldBack;
  return { outcome, rendered, heldBack, ...(isDone && { done: { fingerprint: now, rendered } }) };
}

/** Writes the status, and leaves Events of what it has to warn of. */
async function report(
  server: A2AServer,
  evidence: ServerEvidence,
  { statusWriter, slots, notify, now }: ServerDependencies,
): Promise<number | undefined> {
  const status = serverStatus(server, evidence, now());
  const hasProblem = evidence.hasProblem || warnings([], status.conditions).length > 0;
  const waitMs = await statusWriter.write(server, status, hasProblem);
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
  { server, agents, texts, previousFiles }: Observed,
  { clusterDomain }: Settings,
): AgentFiles {
  const shared = {
    publicUrl: publicUrl(server, clusterDomain),
    defaultAgent: defaultAgent(server),
  };
  return agentFiles(shared, agents, texts.textOf, previousFiles);
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
