import { randomBytes } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import { operatorConfig } from './config.ts';
import { runController } from './controller/controller.ts';
import type { ControllerObserver, Reconcile } from './controller/controller.ts';
import { Queue } from './controller/queue.ts';
import { kubeClient } from './kube/client.ts';
import { podStatusReader } from './kube/pod-status.ts';
import { Transport } from './kube/transport.ts';
import { healthServer } from './ops/health.ts';
import { createLogger, errorFields } from './ops/log.ts';
import type { Logger } from './ops/log.ts';
import { Metrics } from './ops/metrics.ts';
import { agentReconciler } from './reconcile/agent.ts';
import { ConfigMapTexts } from './reconcile/config-map-texts.ts';
import { serverReconciler } from './reconcile/server.ts';
import { allReflectors, connect, createReflectors } from './watches.ts';

const CONCURRENCY = 8;

const read = operatorConfig(process.env);
if ('errors' in read) {
  process.stderr.write(
    `a2a-operator cannot start:\n${read.errors.map((e) => `- ${e}\n`).join('')}`,
  );
  process.exit(1);
}

const { settings, logLevel, opsPort } = read.config;
const log = createLogger(logLevel);
const metrics = new Metrics();
const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const transport = new Transport(kubeConfig);
const kube = kubeClient(transport);
const caches = createReflectors(transport, log);
const reflectors = allReflectors(caches);
const servers = newQueue();
const agents = newQueue();
connect(caches, servers, agents);

let synced = false;
const ops = healthServer(() => synced, metrics.registry)
  .on('error', (error) => {
    log.error(
      `OPS_PORT ${opsPort} cannot be listened on; free it or choose another`,
      errorFields(error),
    );
    process.exit(1);
  })
  .listen(opsPort);
const watching = reflectors.map((reflector) => reflector.run());
const stopped = Promise.withResolvers<undefined>();
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
log.info('waiting for the first look at the cluster');
await Promise.race([Promise.all(reflectors.map((reflector) => reflector.synced)), stopped.promise]);
synced = true;
log.info('reconciling', { servers: caches.servers.all().length });

const configMapTexts = new ConfigMapTexts(caches.configMapMetadata, kube);
const now = (): Date => new Date();
await Promise.all([
  run(
    'a2aserver',
    servers,
    serverReconciler({
      kube,
      caches,
      configMapTexts,
      settings,
      readPodStatus: podStatusReader(),
      newApiKey: () => `a2a_${randomBytes(32).toString('base64url')}`,
      now,
      random: Math.random,
    }),
  ),
  run('agentdefinition', agents, agentReconciler({ kube, caches, configMapTexts, now })),
]);
await Promise.all(watching);
await transport.close();
ops.close();
log.info('stopped');

function newQueue(): Queue {
  const schedule = (callback: () => void, delayMs: number): (() => void) => {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  };
  return new Queue(schedule, Date.now);
}

function run(controller: string, queue: Queue, reconcile: Reconcile): Promise<void> {
  const observer = logged(controller, metrics.observer(controller), log);
  return runController({ queue, reconcile, observer, concurrency: CONCURRENCY, now: Date.now });
}

function logged(
  controller: string,
  observer: ControllerObserver,
  logger: Logger,
): ControllerObserver {
  return {
    started: () => {
      observer.started();
    },
    ended: (end) => {
      observer.ended(end);
      const { ref, reconcileId, durationMs, result, error } = end;
      const fields = { controller, ...ref, reconcileID: reconcileId, durationMs, result };
      if (error === undefined) logger.debug('reconciled', fields);
      else
        logger.error('reconcile failed, will be tried again', { ...fields, ...errorFields(error) });
    },
  };
}

/** Reconciles that run are finished; nothing new is begun. */
function stop(): void {
  log.info('stopping');
  stopped.resolve(undefined);
  servers.close();
  agents.close();
  for (const reflector of reflectors) reflector.stop();
}
