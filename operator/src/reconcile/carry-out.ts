import { isDeepStrictEqual } from 'node:util';
import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import type { Kube } from '../kube/port.ts';
import { agentFiles } from '../resources/agent-files.ts';
import type { AgentFiles } from '../resources/agent-files.ts';
import { wantsGeneratedApiKey } from '../resources/api-key-secret.ts';
import { desiredState } from '../resources/desired-state.ts';
import { grantedSecrets } from '../resources/granted-secrets.ts';
import type { Settings } from '../resources/inputs.ts';
import { publicUrl } from '../resources/urls.ts';
import { defaultAgent } from './agent-selection.ts';
import { applyAll } from './apply.ts';
import type { Deed, OnWrite } from './apply.ts';
import { rememberChild } from './caches.ts';
import type { Caches, Deployment } from './caches.ts';
import { fingerprint } from './fingerprint.ts';
import { gate } from './gate.ts';
import { noteOf } from './notes.ts';
import type { Notify } from './notes.ts';
import { agentFilesOf, deploymentOf } from './observe.ts';
import type { Observed } from './observe.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { prune } from './prune.ts';
import { renderedAgents } from './rendered-agents.ts';
import type { RenderedAgents } from './rendered-agents.ts';
import type { RolloutSlots } from './rollout-slots.ts';

/** What carrying out a spec needs of the world. */
export interface CarryOutDependencies {
  kube: Kube;
  caches: Caches;
  settings: Settings;
  slots: RolloutSlots;
  notify: Notify;
  /** A new API key, at least 256 random bits. */
  newApiKey: () => string;
}

/** What was last carried out to the end, and what agents it came to. */
export interface Done {
  /** Of everything as it is when its own writes are seen. */
  fingerprint: string;
  /** UIDs of the ReplicaSets for which unwanted objects may have been kept. */
  keptFor: string[];
  rendered: RenderedAgents;
}

export interface CarriedOut {
  outcome: Outcome;
  rendered: RenderedAgents;
  /** The agents' ConfigMaps are as rendered, whatever became of the rest. */
  agentsApplied: boolean;
  /** The new pod template waits for other servers' rollouts. */
  heldBack: boolean;
  /** As it was observed, or as a write left it. */
  deployment: Deployment | undefined;
  /** Present when all of it was carried out. */
  done?: Done;
}

/**
 * Gate, build, apply, prune; nothing of it when nothing has changed since it was last done. `failures`:
 * how many attempts in a row have failed before this one.
 */
export async function carryOut(
  observed: Observed,
  last: { done: Done | undefined; failures: number },
  deps: CarryOutDependencies,
): Promise<CarriedOut> {
  const { settings, slots, kube } = deps;
  const { done } = last;
  if (done !== undefined && isStillDone(done, observed)) {
    const { deployment } = observed;
    return {
      outcome: { kind: 'applied' },
      rendered: done.rendered,
      agentsApplied: true,
      heldBack: false,
      deployment,
      done,
    };
  }
  const files = render(observed, settings);
  const rendered = renderedAgents(files);
  const owned = new Map(observed.owned.map((object) => [object.metadata.uid, object]));
  const onWrite: OnWrite = (deed, stored) => {
    if (deed === 'pruned') owned.delete(stored.metadata.uid);
    else owned.set(stored.metadata.uid, stored);
    written(deed, stored, observed.server, deps);
  };
  const made = { heldBack: false, pruned: false };
  const outcome = await outcomeOf(last.failures, async () => {
    gate(observed, settings.allowedAnnotationPrefixes);
    const desired = build(observed, files, deps);
    made.heldBack = slots.holdBack(observed, desired);
    await applyAll(made.heldBack ? desired.filter(isHot) : desired, observed.owned, kube, onWrite);
    made.pruned = await prune(desired, observed, kube, onWrite);
  });
  const { heldBack, pruned } = made;
  const isDone = outcome.kind === 'applied' && pruned && !heldBack;
  const ownedNow = [...owned.values()];
  const deployment = deploymentOf(ownedNow);
  const agentsApplied = isDeepStrictEqual(agentFilesOf(ownedNow), files.files);
  const carriedOut = { outcome, rendered, agentsApplied, heldBack, deployment };
  if (!isDone) return carriedOut;
  const after = fingerprint({ ...observed, owned: ownedNow });
  const keptFor = observed.replicaSets.map(uidOf);
  return { ...carriedOut, done: { fingerprint: after, keptFor, rendered } };
}

/** Nothing that decides has changed, and nobody has gone for whom something was kept. */
function isStillDone({ fingerprint: then, keptFor }: Done, observed: Observed): boolean {
  const replicaSets = new Set(observed.replicaSets.map(uidOf));
  return then === fingerprint(observed) && keptFor.every((uid) => replicaSets.has(uid));
}

function uidOf({ metadata }: KubeObject): string {
  return metadata.uid ?? '';
}

function written(
  deed: Deed,
  stored: KubeObject,
  server: A2AServer,
  { caches, notify }: CarryOutDependencies,
): void {
  if (deed !== 'pruned') rememberChild(caches, stored);
  const note = noteOf(deed, stored);
  if (note !== undefined) notify(server, note);
}

function isHot({ kind }: KubeObject): boolean {
  return kind !== 'Deployment';
}

function render(
  { server, agents, texts, previousFiles }: Observed,
  { clusterDomain }: Settings,
): AgentFiles {
  const shared = {
    name: server.metadata.name,
    grantedSecrets: grantedSecrets(server),
    publicUrl: publicUrl(server, clusterDomain),
    defaultAgent: defaultAgent(server),
  };
  return agentFiles(shared, agents, texts.textOf, previousFiles);
}

function build(
  { server, owned, running, services }: Observed,
  { files }: AgentFiles,
  { settings, newApiKey }: CarryOutDependencies,
): KubeObject[] {
  const hasKey = owned.some(({ kind }) => kind === 'Secret');
  const needsKey = wantsGeneratedApiKey(server) && !hasKey;
  const key = needsKey ? { newApiKey: newApiKey() } : {};
  return desiredState({ server, settings, running, services, agentFiles: files, ...key });
}
