import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { operatorConfig } from './config.ts';
import { LEASE_MS, Leader } from './controller/leader.ts';
import { kubeClient } from './kube/client.ts';
import { EventRecorder } from './kube/event-recorder.ts';
import { leaseLock } from './kube/lease.ts';
import { Transport } from './kube/transport.ts';
import { FIELD_MANAGER, LEASE_NAME, OPERATOR_VERSION } from './names.ts';
import { healthServer } from './ops/health.ts';
import { createLogger, errorFields } from './ops/log.ts';
import { Metrics } from './ops/metrics.ts';
import { createOperator } from './operator.ts';
import { turns } from './turns.ts';
import { allReflectors, createReflectors } from './watches.ts';

/** What was begun has so long to end after SIGTERM; then it is cut off, and the next start takes it up. */
const CUT_OFF_MS = 10_000;
/** Events that have not been written by then are dropped. */
const FLUSH_MS = 1_000;
/** Kubernetes kills after 30 s. */
const STOP_DEADLINE_MS = 20_000;

const read = operatorConfig(process.env);
if ('errors' in read) {
  process.stderr.write(
    `a2a-operator cannot start:\n${read.errors.map((e) => `- ${e}\n`).join('')}`,
  );
  process.exit(1);
}

const { config } = read;
const { watchNamespace, leaseNamespace } = config;
const log = createLogger(config.logLevel);
const warn = (message: string, error: unknown): void => {
  log.warn(message, errorFields(error));
};
const metrics = new Metrics();
const turn = turns();
const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const transport = new Transport(kubeConfig, {
  userAgent: `${FIELD_MANAGER}/${OPERATOR_VERSION}`,
  observe: metrics.requested,
});
const leader = leaseNamespace === undefined ? undefined : newLeader(leaseNamespace);
const events = new EventRecorder({
  transport,
  identity: config.identity,
  now: () => new Date(),
  random: Math.random,
  log: (message, error) => {
    log.debug(message, errorFields(error));
  },
});
const reflectors = createReflectors({
  transport,
  log,
  turn,
  ...(watchNamespace !== undefined && { namespace: watchNamespace }),
});
let isCutOff = false;
const operator = createOperator({
  config,
  kube: kubeClient(transport, () => !isCutOff && (leader?.holds() ?? true)),
  reflectors,
  notify: (object, note) => {
    events.record(object, note);
  },
  metrics,
  log,
  turn,
});

const stopping = new AbortController();
/** What was begun has ended. */
const ended = new AbortController();
const stopped = new Promise<void>((resolve) => {
  stopping.signal.addEventListener('abort', () => {
    resolve();
  });
});
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

let synced = false;
const ops = healthServer(() => synced, metrics.registry)
  .on('error', (error) => {
    exit(`OPS_PORT ${config.opsPort} cannot be listened on; free it or choose another`, error);
  })
  .listen(config.opsPort);
const watching = allReflectors(reflectors).map((reflector) => reflector.run());
log.info('waiting for the first look at the cluster');
const allSynced = Promise.all(allReflectors(reflectors).map((reflector) => reflector.synced));
synced = await Promise.race([allSynced.then(() => true), stopped.then(() => false)]);
if (await leads()) {
  log.info('reconciling', { servers: reflectors.servers.all().length });
  await operator.run();
  ended.abort();
  await leader?.release().catch((error: unknown) => {
    warn('the lease was not released; another operator takes over when it ends', error);
  });
  await Promise.race([events.flushed(), pauseFor(FLUSH_MS, undefined, { ref: false })]);
  events.close();
}
await Promise.all(watching);
await transport.close();
ops.close();
log.info('stopped');

function newLeader(namespace: string): Leader {
  return new Leader({
    lock: leaseLock(transport, { namespace, name: LEASE_NAME, durationMs: LEASE_MS }),
    identity: `${config.identity}_${randomUUID()}`,
    now: () => performance.now(),
    wallClock: () => new Date(),
    // Nothing of it keeps the process alive.
    pause: (ms, signal) => pauseFor(ms, undefined, { ref: false, signal }).catch(() => undefined),
    random: Math.random,
    log: warn,
  });
}

/** Waits until this process leads; false when it was stopped before. */
async function leads(): Promise<boolean> {
  metrics.leading(leader === undefined);
  if (leader === undefined) return !stopping.signal.aborted;
  log.info('waiting to lead', { lease: LEASE_NAME, namespace: leaseNamespace });
  if (!(await leader.acquire(stopping.signal))) return false;
  metrics.leading(true);
  // Also while it stops: what was begun may write until it has ended.
  void leader.keep(ended.signal).then(() => {
    // A reconcile that is under way must not go on: another operator may lead already.
    if (!ended.signal.aborted) exit('the leadership was lost; another operator goes on');
  });
  return true;
}

/** Reconciles that run are finished; nothing new is begun. */
function stop(): void {
  log.info('stopping');
  stopping.abort();
  operator.stop();
  for (const reflector of allReflectors(reflectors)) reflector.stop();
  setTimeout(() => void cutOff(), CUT_OFF_MS).unref();
  setTimeout(() => {
    exit('what was begun did not end in time');
  }, STOP_DEADLINE_MS).unref();
}

/** An API server that does not answer must not keep the Lease from being released. */
async function cutOff(): Promise<void> {
  log.warn('the API server does not answer; what waits for it is left to the next start');
  isCutOff = true;
  await transport.close();
}

function exit(why: string, error?: unknown): void {
  log.error(why, error === undefined ? {} : errorFields(error));
  process.exit(1);
}
