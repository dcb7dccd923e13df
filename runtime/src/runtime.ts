import {
  acceptedCredentials,
  authenticateCallers,
  authenticateNobody,
} from './access/authenticate.ts';
import { agentTurn } from './agent/turn.ts';
import { catalog } from './catalog/catalog.ts';
import { readFolder } from './catalog/folder.ts';
import { watchFolder } from './catalog/watch.ts';
import { grantedSecrets } from './granted-secrets.ts';
import { createApp } from './http/app.ts';
import { close, hardenedServer, letCallersLeave, listen } from './http/server.ts';
import { finishRuns, healthOf, statusReport } from './lifecycle.ts';
import { openModel } from './model.ts';
import { opsServer } from './ops/ops-server.ts';
import { liveRuns } from './protocol/live-runs.ts';
import { taskOperations } from './protocol/task-operations.ts';
import { retirement } from './protocol/retirement.ts';
import { liveCredentials } from './secrets.ts';
import { openStores } from './stores.ts';
import type { CatalogDefaults } from './catalog/catalog.ts';
import type { RuntimeConfig } from './config.ts';
import type { GrantedSecrets } from './granted-secrets.ts';
import type { HttpDeps } from './http/deps.ts';
import type { MetricsRegistry } from './ops/metrics.ts';
import type { Clock, Log } from './ops/telemetry.ts';
import type { AcceptedCredentials } from './protocol/security.ts';

/** What a runtime is started with besides its configuration. */
export interface Surroundings {
  clock: Clock;
  log: Log;
  registry: MetricsRegistry;
  /** Makes ids that are unique and not to be guessed. */
  newId: () => string;
}

/** A runtime that serves. */
export interface Runtime {
  /** Port of the A2A endpoints; what the system gave when the configuration said 0. */
  port: number;
  metricsPort: number;
  /**
   * Asks callers to leave, then takes no more work, lets running tasks end within the drain time, stops the others, closes
   * everything. Resolves when nothing is left; asking again is waiting for the same.
   */
  stop(): Promise<void>;
}

const CONNECTION_GRACE_MS = 2000;
/** For so much of the drain time callers are served and asked to leave, two seconds of a minute; then they are refused. */
const LEAVING_SHARE = 1 / 30;

/** Starts everything. Rejects when a port cannot be had; the process should then end. */
export async function startRuntime(config: RuntimeConfig, around: Surroundings): Promise<Runtime> {
  const { clock, log, registry, newId } = around;
  const telemetry = { log, metrics: registry.metrics };
  const secrets = grantedSecrets(config.secretsDir);
  const runs = liveRuns();
  const drainMs = config.drainTimeoutSeconds * 1000;
  const retiring = retirement(runs, drainMs, clock);
  const agents = catalog(catalogDefaults(config, secrets), clock, {
    log: log.child('catalog'),
    onChange: retiring.onChange,
  });
  const stores = await openStores(config, { clock, telemetry });
  const model = openModel(config.model, secrets, { clock, telemetry });
  const entrance = access(config, around);
  let stage: 'serving' | 'leaving' | 'refusing' = 'serving';
  const isDraining = (): boolean => stage !== 'serving';
  const isRefusing = (): boolean => stage === 'refusing';
  const vitals = {
    catalog: agents,
    secrets,
    memory: stores.dependency,
    model: model.dependency,
    hasCredentials: () => !config.auth.enabled || isAnyTrue(entrance.credentials()),
    isDraining,
  };
  const health = healthOf(vitals);
  const runTurn = agentTurn(model.complete, clock);
  const workshop = { ...stores, runs, runTurn, telemetry, clock, newId, isRefusing };
  const operations = taskOperations(workshop);
  const edge = { agents, operations, ...entrance, health, telemetry, clock, newId };
  const server = hardenedServer(createApp(edge));
  const ops = opsServer({
    ...(config.metricsEnabled && { registry }),
    status: () => statusReport(vitals, health),
  });

  const metricsPort = await listen(ops, config.metricsPort, config.host);
  const port = await listen(server, config.port, config.host);
  const stopWatching = watchFolder(
    config.agentsDir,
    async () => agents.load(await readFolder(config.agentsDir)),
    { clock, log: log.child('catalog') },
  );
  const stop = async (): Promise<void> => {
    stage = 'leaving';
    await letCallersLeave(server, drainMs * LEAVING_SHARE, clock);
    // Who has said nothing meanwhile comes back by a new connection, and so to another pod.
    server.closeIdleConnections();
    stage = 'refusing';
    await finishRuns(runs, drainMs * (1 - LEAVING_SHARE), clock);
    stopWatching();
    retiring.stop();
    await Promise.all([close(server, CONNECTION_GRACE_MS), close(ops, CONNECTION_GRACE_MS)]);
    await Promise.all([model.close(), stores.close()]);
  };
  let stopped: Promise<void> | undefined;
  return { port, metricsPort, stop: () => (stopped ??= stop()) };
}

function catalogDefaults(
  { publicUrl, defaultAgent, model }: RuntimeConfig,
  secrets: GrantedSecrets,
): CatalogDefaults {
  return {
    publicUrl,
    // Out of service it needs none.
    problemOf: (spec) => (spec.suspend ? undefined : secrets.unmounted(spec)),
    ...(defaultAgent !== undefined && { defaultAgent }),
    ...(model.defaultModel !== undefined && { model: model.defaultModel }),
  };
}

function isAnyTrue({ apiKey, bearer }: AcceptedCredentials): boolean {
  return apiKey || bearer;
}

function access(
  { auth }: RuntimeConfig,
  { clock, log }: Surroundings,
): Pick<HttpDeps, 'authenticate' | 'credentials'> {
  if (!auth.enabled) {
    return {
      authenticate: authenticateNobody,
      credentials: () => ({ apiKey: false, bearer: false }),
    };
  }
  const source = liveCredentials(auth, { clock, log: log.child('access') });
  return {
    authenticate: authenticateCallers(source, clock),
    credentials: () => acceptedCredentials(source),
  };
}
