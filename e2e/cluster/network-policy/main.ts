/** The program: flags, signals, and the wiring of view, enforcer and firewall. See README.md. */
import { parseArgs } from 'node:util';
import { connectApiServer } from './api-server.ts';
import { parseCidr } from './cidr.ts';
import { watchCluster } from './cluster-view.ts';
import { createChangeBell, enforce } from './enforcer.ts';
import type { Log } from './enforcer.ts';
import { createFirewall, runner } from './firewall.ts';

const USAGE = 'usage: main.ts --kubeconfig PATH --pod-cidr CIDR | main.ts --cleanup';

const log: Log = (event, details) => {
  console.log(JSON.stringify({ time: new Date().toISOString(), event, ...details }));
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kubeconfig: { type: 'string' },
      'pod-cidr': { type: 'string' },
      cleanup: { type: 'boolean', default: false },
    },
  });
  const firewall = createFirewall(runner());
  if (values.cleanup) {
    await firewall.remove();
    log('removed', {});
    return;
  }
  const { kubeconfig, 'pod-cidr': podCidr } = values;
  if (kubeconfig === undefined || podCidr === undefined) throw new Error(USAGE);
  if (parseCidr(podCidr) === undefined) throw new Error(`--pod-cidr ${podCidr} is not IPv4`);

  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      stop.abort();
    });
  }
  const { signal } = stop;
  const changes = createChangeBell();
  const view = watchCluster(await connectApiServer(kubeconfig), {
    onChange: changes.ring,
    onError: (path, error) => {
      log('watch broken', { path, error: String(error) });
    },
    signal,
  });
  log('started', { podCidr });
  await enforce({ podCidr, firewall, state: view.state, changes, log, signal });
  await firewall.remove();
  log('removed', {});
  await view.ended;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// Idle connections to the API server would keep the process for seconds more.
process.exit();
