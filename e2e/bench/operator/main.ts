/**
 * What `make bench-operator` prints: what the operator takes for a thousand servers on a real API
 * server with pretended pods, beside a bare loop that applies the same objects in the same run. It
 * states aims and asserts nothing.
 */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { failureReport } from '../../cluster/cluster-error.ts';
import { reportProgress } from '../../cluster/progress.ts';
import { table } from '../../cluster/status.ts';
import type { KubeObject } from './api.ts';
import { runBareLoop } from './bare-run.ts';
import { buildOperator, operatorSource } from './operator-process.ts';
import { OperatorRun } from './operator-run.ts';
import type { OperatorResults } from './operator-run.ts';
import { hotFunctions, profileIn } from './profile.ts';
import type { HotFunction } from './profile.ts';
import { rows } from './report.ts';
import { startRig } from './rig.ts';
import { benchSettings } from './settings.ts';
import type { BenchSettings } from './settings.ts';

const HOT_FUNCTIONS = 15;

interface OperatorRunResults {
  results: OperatorResults;
  children: KubeObject[];
  hot: HotFunction[];
}

async function main(): Promise<void> {
  const settings = benchSettings(process.env);
  const [loadBefore = 0] = loadavg();
  const { results: operator, children, hot } = await runOperator(settings);
  const bare = await runBareLoop(settings, children);
  console.log(`\n${machine()}; load ${loadBefore.toFixed(1)} before the run\n`);
  console.log(table(rows({ settings, bare, operator })));
  console.log(EXPLANATION);
  if (hot.length > 0) console.log(`\nWhere the operator's own time went:\n${hotTable(hot)}`);
}

async function runOperator(settings: BenchSettings): Promise<OperatorRunResults> {
  const rig = await reportProgress('operator: a fresh rig', startRig);
  try {
    const build = await reportProgress('operator: bundle', () =>
      settings.profile ? operatorSource() : buildOperator(rig.folder),
    );
    const measured = await new OperatorRun(rig, settings, build).measure();
    const hot = settings.profile ? hotFunctions(await profileIn(rig.folder), HOT_FUNCTIONS) : [];
    return { ...measured, hot };
  } finally {
    await rig.stop();
  }
}

const EXPLANATION = `
Rig: etcd, API server, controller-manager and scheduler (their own request limits lifted, endpoint
controllers off), kwok with 10 nodes, a stand-in that answers /status for the pods; all share this
machine's processors with the operator. Servers and agents are there before the clock starts.
Bare loop: 8 workers over 8 kept connections apply what the operator has applied, field for field, on a
fresh rig of the same kind; Ready there is every Deployment available. Its edit → child is the same
edit, then an apply of the changed Service as soon as the edit is answered; a watch shows both.
Other work: what this machine did beside rig, bench and operator. Where it differs between the two, the
ratios of time do not compare; the row below the rate corrects for it, as all of this is bound by
processors. Whatever takes the processor away also shows as a blocked event loop and in p99.
Writes: from the API server's audit log, never from the operator; Events and the Lease count apart.
Writes of an edit: children + statuses of servers + statuses of agents.
Processor time of the bare loop is the bench's own while it applies; it also watches the Deployments.
Event loop: the longest time between two ticks of 10 ms, over all runs of the operator, on the clock; and
the longest processor time between two ticks, which waits for a processor do not count in. Memory: VmRSS
after the idle seconds, VmHWM.`;

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Linux ${release()}, Node.js ${process.version}`;
}

function hotTable(hot: readonly HotFunction[]): string {
  return table(hot.map(({ name, ms }) => [`${ms.toFixed(0)} ms`.padStart(9), name]));
}

try {
  await main();
} catch (error) {
  console.error(await failureReport(error));
  process.exitCode = 1;
}
