import { agentsRevision } from '../contract/agents-revision.ts';
import { declared } from './declared.ts';
import { fleetAfter } from './take-over.ts';
import type { ServerFile } from '../contract/server-file.ts';
import type { AgentReport } from '../contract/status-report.ts';
import type { Clock, Log } from '../ops/telemetry.ts';
import type { Agents, ServedAgent } from '../protocol/served-agent.ts';
import type { FolderContent } from './folder.ts';
import type { Fleet, TakeOverOptions } from './take-over.ts';

/** What the environment says where the folder says nothing. */
export interface CatalogDefaults {
  publicUrl: string;
  defaultAgent?: string;
  /** Model of agents that name none. */
  model?: string;
  /** Why this process cannot serve an agent although it is valid, as a sentence. */
  problemOf?: TakeOverOptions['problemOf'];
}

/** The agents that are served, kept up to date from a folder. */
export interface Catalog extends Agents {
  /**
   * Takes over a folder's content, agent by agent: what is new or edited is served from now on,
   * what is gone is not, and what cannot be served keeps its previous version. Work that has begun
   * goes on with the version it began with. Calls must not overlap.
   */
  load(content: FolderContent): Promise<void>;
  /** Whether nothing is declared that could be served. */
  isEmpty: () => boolean;
  /** Whether `load` has been called. */
  isLoaded: () => boolean;
  /** `agentsRevision` of the JSON files as last read. */
  revision(): string;
  /** Sorted by name. */
  reports(): AgentReport[];
}

/** How many removed agents are remembered, for whoever reads their tasks; the oldest go first. */
const MAX_REMOVED = 256;

/** Who is told of what a catalog takes over. */
export interface CatalogObserver {
  log: Log;
  /** An agent that serves in a new version, or has just retired. */
  onChange: (agent: ServedAgent) => void;
}

/** A catalog that is empty until `load`. */
export function catalog(
  defaults: CatalogDefaults,
  clock: Clock,
  { log, onChange }: CatalogObserver,
): Catalog {
  const removed = new Map<string, ServedAgent>();
  let fleet: Fleet = { served: new Map(), problems: new Map() };
  let server: ServerFile | undefined;
  let revision = agentsRevision({});
  let loaded: string | undefined;

  const all = (): ServedAgent[] =>
    [...fleet.served.values()]
      .flatMap(({ agent }) => (agent.retired === undefined ? [agent] : []))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const known = (name: string): ServedAgent | undefined =>
    fleet.served.get(name)?.agent ?? removed.get(name);

  return {
    async load(content) {
      const fingerprint = agentsRevision(content);
      // What this process cannot serve may have become possible.
      if (fingerprint === loaded && fleet.problems.size === 0) return;
      const found = await declared(content);
      const { model: defaultModel, problemOf = () => undefined } = defaults;
      const options = { defaultModel, nowMs: clock.now(), problemOf };
      const next = fleetAfter(fleet.served, found, options);
      const changes = changedAgents(fleet, next);
      logChanges(log, changes);
      logProblems(log, fleet, next);
      fleet = next;
      remember(removed, changes);
      changes.forEach(onChange);
      server = found.server ?? (found.serverProblem === undefined ? undefined : server);
      revision = agentsRevision(jsonFiles(content));
      loaded = fingerprint;
    },
    get: known,
    all,
    default() {
      const name = server?.defaultAgent ?? defaults.defaultAgent;
      if (name !== undefined) return known(name);
      return all()[0] ?? [...fleet.served.values()][0]?.agent;
    },
    publicUrl: () => (server?.publicUrl ?? defaults.publicUrl).replace(/\/+$/, ''),
    isEmpty: () => fleet.served.size === 0,
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

/** Agents that serve in a new version, and those that have just retired. */
function changedAgents(before: Fleet, after: Fleet): ServedAgent[] {
  const current = [...after.served.values()]
    .map(({ agent }) => agent)
    .filter((agent) => before.served.get(agent.name)?.agent !== agent);
  const gone = [...before.served.values()]
    .filter(({ agent }) => !after.served.has(agent.name))
    .map(({ agent }) => removedAgent(agent));
  return [...current, ...gone];
}

/** Whoever reads its tasks needs to know it, and nothing of how it worked. */
function removedAgent({ name, generation, model, loadedAtMs, spec }: ServedAgent): ServedAgent {
  const { description, version, inputModes, outputModes } = spec;
  const left = { description, version, inputModes, outputModes };
  return { name, generation, model, loadedAtMs, spec: left, retired: 'removed' };
}

function remember(removed: Map<string, ServedAgent>, changes: readonly ServedAgent[]): void {
  for (const agent of changes) {
    removed.delete(agent.name);
    if (agent.retired === 'removed') removed.set(agent.name, agent);
  }
  for (const oldest of [...removed.keys()].slice(0, -MAX_REMOVED)) removed.delete(oldest);
}

function logChanges(log: Log, changes: readonly ServedAgent[]): void {
  for (const { name, generation, retired = 'loaded' } of changes) {
    log.info(`agent ${retired}`, { agent: name, generation });
  }
}

function logProblems(log: Log, before: Fleet, after: Fleet): void {
  for (const [name, problem] of after.problems) {
    if (before.problems.get(name) === problem) continue;
    const stays = after.served.has(name) ? '; the version before it stays' : '';
    log.error(`cannot be served as declared${stays}`, { agent: name, problem });
  }
}
