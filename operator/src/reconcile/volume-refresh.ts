import { REVISION_ANNOTATION } from '../names.ts';
import { ApiError } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import type { Caches, Pod } from './caches.ts';
import { mountedVersionText, parseMountedVersion } from './mounted-version.ts';
import type { MountedVersion, ToldVersion } from './mounted-version.ts';
import type { PodReport } from './pod-reports.ts';

/**
 * A kubelet may have looked before its own watch told it of the change. It is then told again: the second time when one
 * that is well would be done, the third time when one that is slow would.
 */
const PATIENCE_MS = [400, 2_000];

/** What was last told to a server's pods; lost with the process. */
export interface Refreshed {
  secrets: string;
  atMs: number;
}

/** What decides which pods are told. */
export interface RefreshEvidence {
  pods: readonly Pod[];
  reports: readonly PodReport[];
  wanted: MountedVersion;
  last: Refreshed | undefined;
  /** Milliseconds of a clock that never jumps. */
  nowMs: number;
}

/**
 * Pods that have not mounted what they should have, each with the version to tell. Pure.
 *
 * What agents a pod has it reports itself. What it has of Secrets nobody can ask, as their values are
 * nobody's business: it was told of this version, or it was mounted after the version came.
 */
export function podsToTell({
  pods,
  reports,
  ...rest
}: RefreshEvidence): { pod: Pod; version: ToldVersion }[] {
  const byName = new Map(reports.map((report) => [report.pod, report]));
  return pods.flatMap((pod) => {
    const asked = byName.get(pod.metadata.name);
    const version = asked && versionToTell(pod, asked, rest);
    return version === undefined ? [] : [{ pod, version }];
  });
}

function versionToTell(
  pod: Pod,
  { report }: PodReport,
  evidence: Omit<RefreshEvidence, 'pods' | 'reports'>,
): ToldVersion | undefined {
  const { wanted, last } = evidence;
  const told = toldVersion(pod);
  const secrets = told?.secrets ?? last?.secrets ?? wanted.secrets;
  if (secrets !== wanted.secrets) return { ...wanted, attempt: 1 };
  if (report === undefined || report.revision === wanted.agents) return undefined;
  return told?.agents === wanted.agents ? repeated(told, evidence) : { ...wanted, attempt: 1 };
}

function repeated(
  told: ToldVersion,
  { last, nowMs }: Pick<RefreshEvidence, 'last' | 'nowMs'>,
): ToldVersion | undefined {
  const patienceMs = PATIENCE_MS[told.attempt - 1];
  if (patienceMs === undefined) return undefined;
  if (last !== undefined && nowMs - last.atMs < patienceMs) return undefined;
  return { ...told, attempt: told.attempt + 1 };
}

function toldVersion({ metadata }: Pod): ToldVersion | undefined {
  return parseMountedVersion(metadata.annotations?.[REVISION_ANNOTATION]);
}

/** How telling the pods ended. */
export interface Refresh {
  /** To be given back at the next look. */
  last: Refreshed | undefined;
  /** How many pods were told something new. */
  told: number;
  /** The API server's refusal of the first that could not be told. */
  refusal?: ApiError;
  /** Any other error of the first: it says nothing of the pod, and is to be tried again. */
  error?: unknown;
}

/**
 * Tells pods to mount what they should have: the kubelet looks at a pod's volumes at once when an
 * annotation of the pod changes, and else only about every minute.
 */
export async function refreshVolumes(
  evidence: RefreshEvidence,
  { kube, caches }: { kube: Kube; caches: Pick<Caches, 'pods'> },
): Promise<Refresh> {
  const { wanted, last, nowMs } = evidence;
  const told = podsToTell(evidence);
  const results = await Promise.allSettled(
    told.map(async ({ pod, version }) => {
      const annotations = { [REVISION_ANNOTATION]: mountedVersionText(version) };
      caches.pods.remember(await kube.annotate(pod, annotations));
    }),
  );
  const errors = results
    .flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    .filter((error) => !isGone(error));
  const [failure] = errors;
  if (failure !== undefined) {
    const refusal = errors.find(isRefusal);
    return {
      last,
      told: told.length,
      ...(refusal === undefined ? { error: failure } : { refusal }),
    };
  }
  const atMs = told.length > 0 ? nowMs : (last?.atMs ?? -Infinity);
  return { last: { secrets: wanted.secrets, atMs }, told: told.length };
}

/** The pod has ended. A conflict is another matter: the cache is behind, or somebody was quicker. */
function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** A right is missing, or a policy says no: it will say so again. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && [400, 403, 422].includes(error.status);
}
