/** Which version of what pods mount, and may change while they run, they should have. */
export interface MountedVersion {
  /** `agentsRevision` of the agents folder. */
  agents: string;
  /** Of all their Secrets together; see `Observed.secretsVersion`. */
  secrets: string;
}

/** A version that a pod was told to have, the first time or again. */
export interface ToldVersion extends MountedVersion {
  attempt: number;
}

/** Text of the annotation on a pod. */
export function mountedVersionText({ agents, secrets, attempt }: ToldVersion): string {
  return [agents, secrets, ...(attempt > 1 ? [attempt] : [])].join('.');
}

/** What the annotation on a pod says; undefined when there is none, or none of ours. */
export function parseMountedVersion(text: string | undefined): ToldVersion | undefined {
  const match = /^([0-9a-f]+)\.([0-9a-f]+)(?:\.(\d))?$/.exec(text ?? '');
  const [, agents, secrets, attempt = '1'] = match ?? [];
  if (agents === undefined || secrets === undefined) return undefined;
  return { agents, secrets, attempt: Number(attempt) };
}
