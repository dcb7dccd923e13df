import type { A2AServer } from '../api/a2aserver.ts';
import { keyOf, versionOf } from '../api/object.ts';
import type { Reconcile } from '../controller/controller.ts';
import { networkPolicyOf } from './caches.ts';
import type { Deployment } from './caches.ts';
import { carryOut } from './carry-out.ts';
import type { CarryOutDependencies, Done } from './carry-out.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { nextLookMs } from './next-look.ts';
import { untold, warnings } from './notes.ts';
import { observe } from './observe.ts';
import { readReports } from './pod-reports.ts';
import type { ReadPodStatus } from './pod-reports.ts';
import { serverEvidence } from './server-evidence.ts';
import { saysReady, serverStatus } from './server-status.ts';
import type { ServerEvidence } from './server-status.ts';
import { paceOf } from './status-pace.ts';
import type { StatusWriter } from './status-writer.ts';
import { refreshVolumes } from './volume-refresh.ts';
import type { Refresh, Refreshed, RefreshEvidence } from './volume-refresh.ts';

/** What reconciling a server needs of the world. */
export interface ServerDependencies extends CarryOutDependencies {
  configMapTexts: ConfigMapTexts;
  statusWriter: StatusWriter<A2AServer>;
  readPodStatus: ReadPodStatus;
  now: () => Date;
  /** Milliseconds of a clock that never jumps. */
  nowMs: () => number;
  /** Whether the operator may annotate pods. */
  annotatesPods: boolean;
  random: () => number;
}

/** What is known of a server from earlier looks; lost with the process, and made anew. */
interface Memory {
  /** Of the server: a namesake that comes later begins anew. */
  uid: string;
  readings?: Record<Dependency, Readings> | undefined;
  done?: Done | undefined;
  refreshed?: Refreshed | undefined;
}

/** Reconciles A2AServers: observe, carry out (gate, build, apply, prune), status. */
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
    const before = memoryOf(server, memories.get(key));
    const { outcome, rendered, agentsApplied, heldBack, deployment, done } = await carryOut(
      observed,
      { done: before.done, failures },
      deps,
    );
    const reports = await readReports(pods, server.spec.metrics.port, deps.readPodStatus);
    const refresh = await refreshPods(deps, agentsApplied, {
      pods,
      reports,
      wanted: { agents: rendered.revision, secrets: observed.secretsVersion },
      last: before.refreshed,
      nowMs: deps.nowMs(),
    });
    const evidence = serverEvidence({
      observed,
      rendered,
      outcome,
      heldBack,
      deployment: newest(caches.deployments.by('owner', server.metadata.uid)[0], deployment),
      reports,
      readings: before.readings,
      settings,
      policy: networkPolicyOf(caches, server),
    });
    const { readings } = evidence;
    const { last: refreshed, refusal, error } = refresh;
    if (refusal !== undefined) deps.notify(server, untold(refusal));
    memories.set(key, { uid: before.uid, readings, done, refreshed });
    const waitMs = await report(server, evidence, deps);
    if (outcome.kind === 'waiting' && outcome.error !== undefined) throw outcome.error;
    if (error !== undefined) throw error as Error;
    return { requeueAfterMs: Math.min(nextLookMs(evidence, refresh, deps.random), waitMs) };
  };
}

/** Nothing is known of a server that is seen for the first time. */
function memoryOf({ metadata: { uid } }: A2AServer, known: Memory | undefined): Memory {
  return known?.uid === uid ? known : { uid };
}

/** While agents are not applied, or where the operator may not touch pods, kubelets keep their own time. */
async function refreshPods(
  deps: ServerDependencies,
  agentsApplied: boolean,
  evidence: RefreshEvidence,
): Promise<Refresh> {
  if (!agentsApplied || !deps.annotatesPods) return { last: evidence.last, told: 0 };
  return refreshVolumes(evidence, deps);
}

/** The cache may not have what a write has answered; nor the answer what came after it. */
function newest(
  seen: Deployment | undefined,
  known: Deployment | undefined,
): Deployment | undefined {
  if (seen === undefined || known === undefined) return seen ?? known;
  return versionOf(seen) < versionOf(known) ? known : seen;
}

/** Writes the status, and leaves Events of what it has to warn of. Gives how many milliseconds it still waits. */
async function report(
  server: A2AServer,
  evidence: ServerEvidence,
  { statusWriter, slots, notify, now }: ServerDependencies,
): Promise<number> {
  const status = serverStatus(server, evidence, now());
  const waitMs = await statusWriter.write(server, status, paceOf(evidence, status));
  if (waitMs === undefined) {
    for (const note of warnings(server.status?.conditions, status.conditions)) notify(server, note);
  }
  const { generation } = server.metadata;
  slots.settle(keyOf(server.metadata), {
    ready: saysReady(status),
    heldBack: evidence.heldBack,
    generation,
  });
  return waitMs ?? Infinity;
}
