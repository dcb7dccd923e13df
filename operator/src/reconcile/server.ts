import { agentsRevision } from '../../../runtime/src/contract/agents-revision.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { CONDITION } from '../api/conditions.ts';
import type { ConditionType } from '../api/conditions.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject, ObjectRef } from '../api/object.ts';
import type { Reconcile, Result } from '../controller/controller.ts';
import type { Kube } from '../kube/port.ts';
import { agentFiles } from '../resources/agent-files.ts';
import type { AgentFiles } from '../resources/agent-files.ts';
import { wantsGeneratedApiKey } from '../resources/api-key-secret.ts';
import { desiredState } from '../resources/desired-state.ts';
import type { Settings } from '../resources/inputs.ts';
import { publicUrl } from '../resources/urls.ts';
import { defaultAgent } from './agent-selection.ts';
import { agentStates } from './agent-states.ts';
import { applyAll } from './apply.ts';
import { childCaches } from './caches.ts';
import type { Caches } from './caches.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import { isUnsettled, nextReadings, readingsOf } from './dependency-readings.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { gate } from './gate.ts';
import { observe } from './observe.ts';
import type { Observed } from './observe.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { readReports } from './pod-reports.ts';
import type { PodReport, ReadPodStatus } from './pod-reports.ts';
import { prune } from './prune.ts';
import { rolloutOf } from './rollout.ts';
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
  const readings = new Map<string, Record<Dependency, Readings>>();
  return async (ref) => {
    const observed = await observe(ref, deps.caches, deps.configMapTexts);
    if (observed === undefined) {
      readings.delete(keyOf(ref));
      return {};
    }
    const rendered = render(observed, deps.settings);
    const outcome = await outcomeOf(async () => {
      gate(observed, deps.settings.allowedAnnotationPrefixes);
      const desired = build(observed, rendered, deps);
      await applyAll(desired, observed.owned, deps.kube, rememberIn(deps.caches));
      await prune(desired, observed, deps.kube);
    });
    const evidence = await gather(ref, observed, { rendered, outcome, readings, deps });
    const status = serverStatus(observed.server, evidence, deps.now());
    await writeStatus(observed.server, status, deps.kube, (written) => {
      deps.caches.servers.remember(written as A2AServer);
    });
    return nextLook(evidence, deps.random);
  };
}

function render(
  { server, agents, configMapText, previousFiles }: Observed,
  settings: Settings,
): AgentFiles {
  return agentFiles(
    { publicUrl: publicUrl(server, settings.clusterDomain), defaultAgent: defaultAgent(server) },
    agents,
    configMapText,
    previousFiles,
  );
}

function build(observed: Observed, { files }: AgentFiles, deps: ServerDependencies): KubeObject[] {
  const { server, owned } = observed;
  const hasKey = owned.some(({ kind }) => kind === 'Secret');
  const needsKey = wantsGeneratedApiKey(server) && !hasKey;
  return desiredState({
    server,
    settings: deps.settings,
    agentFiles: files,
    ...(needsKey && { newApiKey: deps.newApiKey() }),
  });
}

interface Gathering {
  rendered: AgentFiles;
  outcome: Outcome;
  readings: Map<string, Record<Dependency, Readings>>;
  deps: ServerDependencies;
}

/** Looks at the Deployment as it is after applying, and asks the pods what they serve. */
async function gather(
  ref: ObjectRef,
  observed: Observed,
  gathering: Gathering,
): Promise<ServerEvidence> {
  const { rendered, outcome, readings, deps } = gathering;
  const { server, agents, missingAgents, pods } = observed;
  const deployment = deps.caches.deployments.get(ref) ?? observed.deployment;
  const reports = await readReports(pods, server.spec.metrics.port, deps.readPodStatus);
  const before = readings.get(keyOf(ref)) ?? readingsBefore(server);
  const after = {
    memory: nextReadings(before.memory, 'memory', reports),
    model: nextReadings(before.model, 'model', reports),
  };
  readings.set(keyOf(ref), after);
  return {
    outcome,
    rollout: rolloutOf(deployment, pods),
    revision: agentsRevision(rendered.files),
    reports,
    agents: agentStates(agents, missingAgents, rendered.rejected, reports),
    required: [defaultAgent(server), ...(server.spec.agents.names ?? [])],
    url: publicUrl(server, deps.settings.clusterDomain),
    replicas: deployment?.status?.replicas ?? 0,
    readings: after,
  };
}

function readingsBefore({ status }: A2AServer): Partial<Record<Dependency, Readings>> {
  const of = (type: ConditionType): Readings | undefined =>
    readingsOf(status?.conditions?.find((condition) => condition.type === type));
  const memory = of(CONDITION.MemoryReachable);
  const model = of(CONDITION.ModelReachable);
  return { ...(memory && { memory }), ...(model && { model }) };
}

function nextLook({ reports, revision, readings }: ServerEvidence, random: () => number): Result {
  if (reports.length === 0) return {};
  const pending = reports.some(isPending(revision)) || Object.values(readings).some(isUnsettled);
  return { requeueAfterMs: pending ? PENDING_MS : STEADY_MS * (0.9 + random() / 5) };
}

function isPending(revision: string): (report: PodReport) => boolean {
  return ({ report }) => report?.revision !== revision;
}

function rememberIn(caches: Caches): (object: KubeObject) => void {
  return (object) => {
    childCaches(caches)
      .find(({ kind }) => kind.kind === object.kind)
      ?.remember(object);
  };
}
