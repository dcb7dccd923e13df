import type { A2AServer } from '../api/a2aserver.ts';
import { keyOf, versionOf } from '../api/object.ts';
import type { Reconcile } from '../controller/controller.ts';
import type { Deployment } from './caches.ts';
import { carryOut } from './carry-out.ts';
import type { CarryOutDependencies, Done } from './carry-out.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { nextLookMs } from './next-look.ts';
import { warnings } from './notes.ts';
import { observe } from './observe.ts';
import { readReports } from './pod-reports.ts';
import type { ReadPodStatus } from './pod-reports.ts';
import { serverEvidence } from './server-evidence.ts';
import { saysReady, serverStatus } from './server-status.ts';
import type { ServerEvidence } from './server-status.ts';
import { ROLLING_OUT, USUAL } from './status-writer.ts';
import type { StatusWriter } from './status-writer.ts';

/** What reconciling a server needs of the world. */
export interface ServerDependencies extends CarryOutDependencies {
  configMapTexts: ConfigMapTexts;
  statusWriter: StatusWriter<A2AServer>;
  readPodStatus: ReadPodStatus;
  now: () => Date;
  random: () => number;
}

/** What is known of a server from earlier looks; lost with the process, and made anew. */
interface Memory {
  /** Of the server: a namesake that comes later begins anew. */
  uid: string;
  readings?: Record<Dependency, Readings>;
  done?: Done;
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
    const known = memories.get(key);
    const before = known?.uid === server.metadata.uid ? known : undefined;
    const { outcome, rendered, heldBack, deployment, done } = await carryOut(
      observed,
      { done: before?.done, failures },
      deps,
    );
    const evidence = serverEvidence({
      observed,
      rendered,
      outcome,
      heldBack,
      deployment: newest(caches.deployments.by('owner', server.metadata.uid)[0], deployment),
      reports: await readReports(pods, server.spec.metrics.port, deps.readPodStatus),
      readings: before?.readings,
      clusterDomain: settings.clusterDomain,
    });
    const { readings } = evidence;
    memories.set(key, { uid: server.metadata.uid, readings, ...(done && { done }) });
    const waitMs = await report(server, evidence, deps);
    if (outcome.kind === 'waiting' && outcome.error !== undefined) throw outcome.error;
    return { requeueAfterMs: Math.min(nextLookMs(evidence, deps.random), waitMs ?? Infinity) };
  };
}

/** The cache may not have what a write has answered; nor the answer what came after it. */
function newest(
  seen: Deployment | undefined,
  known: Deployment | undefined,
): Deployment | undefined {
  if (seen === undefined || known === undefined) return seen ?? known;
  return versionOf(seen) < versionOf(known) ? known : seen;
}

/** Writes the status, and leaves Events of what it has to warn of. */
async function report(
  server: A2AServer,
  evidence: ServerEvidence,
  { statusWriter, slots, notify, now }: ServerDependencies,
): Promise<number | undefined> {
  const status = serverStatus(server, evidence, now());
  const isRollingOut =
    evidence.outcome.kind === 'applied' && !evidence.hasProblem && !saysReady(status);
  const waitMs = await statusWriter.write(server, status, isRollingOut ? ROLLING_OUT : USUAL);
  if (waitMs === undefined) {
    for (const note of warnings(server.status?.conditions, status.conditions)) notify(server, note);
  }
  const { generation } = server.metadata;
  slots.settle(keyOf(server.metadata), {
    ready: saysReady(status),
    heldBack: evidence.heldBack,
    generation,
  });
  return waitMs;
}
