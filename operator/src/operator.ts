import { randomBytes } from 'node:crypto';
import type { A2AServer } from './api/a2aserver.ts';
import type { AgentDefinition } from './api/agentdefinition.ts';
import type { OperatorConfig } from './config.ts';
import { runController } from './controller/controller.ts';
import type { ControllerObserver, Reconcile } from './controller/controller.ts';
import { Queue } from './controller/queue.ts';
import { isConflict } from './kube/port.ts';
import type { Kube } from './kube/port.ts';
import { readPodStatus } from './kube/pod-status.ts';
import { errorFields } from './ops/log.ts';
import type { Logger } from './ops/log.ts';
import type { Metrics } from './ops/metrics.ts';
import { agentReconciler } from './reconcile/agent.ts';
import { ConfigMapTexts } from './reconcile/config-map-texts.ts';
import type { Notify } from './reconcile/notes.ts';
import { RolloutSlots } from './reconcile/rollout-slots.ts';
import { serverReconciler } from './reconcile/server.ts';
import { StatusWriter } from './reconcile/status-writer.ts';
import { connect } from './watches.ts';
import type { Reflectors } from './watches.ts';

/** Workers of each controller: reconciling is waiting for the API server and for pods. */
const CONCURRENCY = 8;

interface Dependencies {
  config: OperatorConfig;
  kube: Kube;
  reflectors: Reflectors;
  notify: Notify;
  metrics: Metrics;
  log: Logger;
  /** Resolves after everything else that can go on has had its turn. */
  turn: () => Promise<void>;
}

/** The two controllers; changes are queued from the beginning, so that a standby is warm. */
export interface Operator {
  /** Works the queues until `stop`; resolves when what was begun has ended. */
  run(): Promise<void>;
  /** Begins nothing new. */
  stop(): void;
}

/** Puts caches, queues and reconcilers together. */
export function createOperator(deps: Dependencies): Operator {
  const servers = newQueue('a2aserver', deps.metrics);
  const agents = newQueue('agentdefinition', deps.metrics);
  connect(deps.reflectors, servers, agents);
  return {
    async run() {
      const texts = new ConfigMapTexts(deps.reflectors.configMapMetadata, deps.kube);
      await Promise.all([
        work('a2aserver', servers, serverReconcilerOf(deps, servers, texts), deps),
        work('agentdefinition', agents, agentReconcilerOf(deps, texts), deps),
      ]);
    },
    stop() {
      servers.close();
      agents.close();
    },
  };
}

function serverReconcilerOf(
  { config, kube, reflectors, notify }: Dependencies,
  queue: Queue,
  configMapTexts: ConfigMapTexts,
): Reconcile {
  const slots = new RolloutSlots(config.maxConcurrentRollouts, (key) => {
    queue.add(key);
  });
  return serverReconciler({
    kube,
    caches: reflectors,
    configMapTexts,
    settings: config.settings,
    statusWriter: new StatusWriter<A2AServer>({ kube, cache: reflectors.servers, nowMs }),
    slots,
    notify,
    readPodStatus,
    newApiKey: () => `a2a_${randomBytes(32).toString('base64url')}`,
    now: () => new Date(),
    nowMs,
    annotatesPods: config.annotatesPods,
    random: Math.random,
  });
}

function agentReconcilerOf(
  { kube, reflectors, notify }: Dependencies,
  configMapTexts: ConfigMapTexts,
): Reconcile {
  return agentReconciler({
    caches: reflectors,
    configMapTexts,
    statusWriter: new StatusWriter<AgentDefinition>({ kube, cache: reflectors.agents, nowMs }),
    notify,
    now: () => new Date(),
  });
}

function work(
  controller: string,
  queue: Queue,
  reconcile: Reconcile,
  { metrics, log, turn }: Dependencies,
): Promise<void> {
  const observer = logged(controller, metrics.controller(controller, CONCURRENCY), log);
  return runController({
    queue,
    reconcile,
    observer,
    concurrency: CONCURRENCY,
    now: nowMs,
    turn,
  });
}

function newQueue(controller: string, metrics: Metrics): Queue {
  const observer = metrics.queues.observer(controller);
  const schedule = (callback: () => void, delayMs: number): (() => void) => {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  };
  const queue = new Queue({ schedule, now: nowMs, observer });
  metrics.queues.show(controller, queue);
  return queue;
}

function logged(controller: string, observer: ControllerObserver, log: Logger): ControllerObserver {
  return {
    started: () => {
      observer.started();
    },
    ended: (end) => {
      observer.ended(end);
      const { ref, reconcileId, durationMs, result, error } = end;
      const fields = { controller, ...ref, reconcileID: reconcileId, durationMs, result };
      if (error === undefined) log.debug('reconciled', fields);
      // Part of the ordinary course: a watch was a moment behind.
      else if (isConflict(error))
        log.info('reconcile met a newer version, will be tried again', fields);
      else log.error('reconcile failed, will be tried again', { ...fields, ...errorFields(error) });
    },
  };
}

/** A clock that never jumps: set by hand, the other one would hold delayed keys back. */
function nowMs(): number {
  return performance.now();
}
