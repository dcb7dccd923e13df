import { agentsRevision } from '../contract/agents-revision.ts';
import { declared } from './declared.ts';
import { fleetAfter } from './take-over.ts';
import type { ServerFile } from '../contract/server-file.ts';
import type { AgentReport } from '../contract/status-report.ts';
import type { Clock, Log } from '../ops/telemetry.ts';
import type { Agents, ServedAgent } from '../protocol/served-agent.ts';
import type { FolderContent } from './folder.ts';
import type { Fleet } from './take-over.ts';

/** What the environment says where the folder says nothing. */
export interface CatalogDefaults {
  publicUrl: string;
  defaultAgent?: string;
  /** Model of agents that name none. */
  model?: string;
}

/** The agents that are served, kept up to date from a folder. */
export interface Catalog extends Agents {
  /**
   * Takes over a folder's content, agent by agent: what is new or edited is served from now on,
   * what is gone is not, and what cannot be served keeps its previous version. Work that has begun
   * goes on with the version it began with. Calls must not overlap.
   */
  load(content: FolderContent): Promise<void>;
  /** Whether `load` has been called. */
  isLoaded: () => boolean;
  /** `agentsRevision` of the JSON files as last read. */
  revision(): string;
  /** Sorted by name. */
  reports(): AgentReport[];
}

/** A catalog that is empty until `load`. */
export function catalog(defaults: CatalogDefaults, clock: Clock, log: Log): Catalog {
  let fleet: Fleet = { served: new Map(), problems: new Map() };
  let server: ServerFile | undefined;
  let revision = agentsRevision({});
  let loaded: string | undefined;

  const all = (): ServedAgent[] =>
    [...fleet.served.values()].map(({ agent }) => agent).sort((a, b) => (a.name < b.name ? -1 : 1));

  return {
    async load(content) {
      const fingerprint = agentsRevision(content);
      if (fingerprint === loaded) return;
      const found = await declared(content);
      const options = { defaultModel: defaults.model, nowMs: clock.now() };
      const next = fleetAfter(fleet.served, found, options);
      logChanges(log, fleet, next);
      fleet = next;
      server = found.server ?? (found.serverProblem === undefined ? undefined : server);
      revision = agentsRevision(jsonFiles(content));
      loaded = fingerprint;
    },
    get: (name) => fleet.served.get(name)?.agent,
    all,
    default() {
      const name = server?.defaultAgent ?? defaults.defaultAgent;
      return name === undefined ? all()[0] : fleet.served.get(name)?.agent;
    },
    publicUrl: () => (server?.publicUrl ?? defaults.publicUrl).replace(/\/+$/, ''),
    isLoaded: () => loaded !== undefined,
    revision: () => revision,
    reports: () => reports(fleet),
  };
}

function reports({ served, problems }: Fleet): AgentReport[] {
  return [...new Set([...served.keys(), ...problems.keys()])].sort().map((name) => {
    const { agent, revision } = served.get(name) ?? {};
    const message = problems.get(name);
    return {
      name,
      ...(agent !== undefined && { generation: agent.generation }),
      ...(revision !== undefined && { revision }),
      loaded: message === undefined,
      ...(message !== undefined && { message }),
    };
  });
}

function jsonFiles(content: FolderContent): FolderContent {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name.endsWith('.json')));
}

function logChanges(log: Log, before: Fleet, after: Fleet): void {
  for (const [name, { agent }] of after.served) {
    if (before.served.get(name)?.agent === agent) continue;
    log.info('agent loaded', { agent: name, generation: agent.generation });
  }
  for (const name of before.served.keys()) {
    if (!after.served.has(name)) log.info('agent removed', { agent: name });
  }
  for (const [name, problem] of after.problems) {
    if (before.problems.get(name) === problem) continue;
    log.error('cannot be served as declared; a previous version stays', { agent: name, problem });
  }
}
