import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** One request, as the API server recorded it. */
export interface AuditEntry {
  user: string;
  verb: string;
  /** Plural, with the subresource behind a slash. */
  resource: string;
  name: string;
  code: number;
  /** Epoch milliseconds. */
  receivedMs: number;
  answeredMs: number;
}

interface Event {
  verb: string;
  user: { username: string };
  objectRef?: { resource?: string; subresource?: string; name?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
}

/** The API server's own record of what some users did: nobody who is counted counts himself. */
export class AuditLog {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'audit.log');
  }

  /** Writes the policy; gives the API server's flags. */
  async prepare(folder: string, users: readonly string[]): Promise<string[]> {
    const policy = join(folder, 'audit-policy.yaml');
    await writeFile(policy, auditPolicy(users));
    return [`--audit-policy-file=${policy}`, `--audit-log-path=${this.#file}`];
  }

  /** The end of the log at this moment: where `since` begins to read. */
  async mark(): Promise<number> {
    return (await stat(this.#file).catch(() => ({ size: 0 }))).size;
  }

  /** What a user did since the mark. */
  async since(mark: number, user: string): Promise<AuditEntry[]> {
    const log = await open(this.#file).catch(() => undefined);
    if (log === undefined) return [];
    const entries: AuditEntry[] = [];
    for await (const line of log.readLines({ start: mark })) {
      const entry = auditEntry(line);
      if (entry?.user === user) entries.push(entry);
    }
    return entries;
  }
}

/** Requests of these users with their metadata, when they are answered; nothing else. */
export function auditPolicy(users: readonly string[]): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [{ level: 'Metadata', users }, { level: 'None' }],
  });
}

/** What a line of the log says; undefined for one that is still being written. */
export function auditEntry(line: string): AuditEntry | undefined {
  if (!line.endsWith('}')) return undefined;
  const event = JSON.parse(line) as Event;
  const { resource = '', subresource, name = '' } = event.objectRef ?? {};
  return {
    user: event.user.username,
    verb: event.verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    name,
    code: event.responseStatus?.code ?? 0,
    receivedMs: Date.parse(event.requestReceivedTimestamp),
    answeredMs: Date.parse(event.stageTimestamp),
  };
}
