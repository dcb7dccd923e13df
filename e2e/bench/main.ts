/**
 * What `make bench` prints: how long it takes from `kubectl apply` to Ready, and what the runtime
 * costs beside an empty Node.js process in the same run. It states aims and asserts nothing.
 */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { clusterAnswers } from '../cases/cluster-answers.ts';
import { failureReport } from '../cluster/cluster-error.ts';
import { down } from '../cluster/down.ts';
import { reportProgress } from '../cluster/progress.ts';
import { table } from '../cluster/status.ts';
import { ensureInstalled } from '../demo/embedded-cluster.ts';
import { embeddedCluster } from '../platform/access.ts';
import { applyToReady } from './apply-to-ready.ts';
import { hotEdits } from './hot-edits.ts';
import { editCost, processCosts } from './runtime-cost.ts';
import { summary } from './statistics.ts';
import type { Cost } from './process-cost.ts';
import type { HotEdits } from './hot-edits.ts';
import type { ProcessCosts } from './runtime-cost.ts';
import type { Summary } from './statistics.ts';

const AGENT_COUNTS = [1, 50, 200];
const EDITS = 20;
/** Read by one process one after the other; EDITS=n in the environment: so many. */
const EDITS_READ = Number(process.env.EDITS ?? 1_000);
const PROCESS_RUNS = 7;
const CLUSTER_RUNS = 5;

const AIM_START_MS = 800;
const AIM_AGENT_KIB = 256;
const AIM_LIVE_MS = 1_000;
const AIM_POD_MIB = 256;

async function main(): Promise<void> {
  const [loadBefore = 0] = loadavg();
  // The processes come first: a cluster that is just starting would be measured with them.
  const costs = await reportProgress('runtime and empty Node.js', () =>
    processCosts(AGENT_COUNTS, PROCESS_RUNS),
  );
  const grown = await reportProgress(`${EDITS_READ} edits read by one process`, () =>
    editCost(50, EDITS_READ),
  );
  const { readyMs, edits } = await onCluster(async () => ({
    readyMs: await applyToReady(embeddedCluster(), CLUSTER_RUNS),
    edits: await hotEdits(embeddedCluster(), AGENT_COUNTS, EDITS),
  }));
  console.log(`\n${machine()}; load ${loadBefore.toFixed(1)} before the run\n`);
  console.log(
    table([
      HEAD,
      ...processRows(costs),
      growthRow(grown),
      [''],
      clusterRow(readyMs),
      ...editRows(edits),
      ...podRows(edits),
    ]),
  );
  console.log(`
Start: from the spawn to the first 200 of /a2a/readyz (empty Node.js: of its only path), bundle and
compile cache as in the image. Resident memory: VmRSS when it has settled, MB = 10⁶ bytes.
kubectl apply → Ready: one agent, one pod, image on the node, both kubectl processes included. The
kubelet first asks a pod whether it is ready 5 s after its start (readinessProbe, guide K08).
Edit in use: from the start of kubectl apply to the new answer of the last of two pods, while each pod is asked without
a pause; requests of that time that failed are in the last column.`);
}

async function onCluster<T>(measure: () => Promise<T>): Promise<T> {
  const wasUp = await clusterAnswers();
  await ensureInstalled();
  try {
    return await reportProgress('apply → Ready, and edits in use', measure);
  } finally {
    if (!wasUp) await down();
  }
}

const HEAD = ['', 'median', 'min', 'max', 'runs', '× empty', 'aim'];

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Linux ${release()}, Node.js ${process.version}`;
}

function processRows({ empty, runtime }: ProcessCosts): string[][] {
  const block = (what: (cost: Cost) => number, unit: string, aim: string): string[][] => {
    const base = summary(empty.map(what));
    const runtimes = [...runtime].map(([count, costs]) => {
      const measured = summary(costs.map(what));
      const ratio = `${(measured.median / base.median).toFixed(1)} ×`;
      return [
        `  runtime, ${count} agent${count === 1 ? '' : 's'}`,
        ...cells(measured, unit),
        ratio,
        aim,
      ];
    });
    return [['  empty Node.js', ...cells(base, unit), '1.0 ×', ''], ...runtimes];
  };
  return [
    ['start to ready'],
    ...block(({ startMs }) => startMs, 'ms', `< ${AIM_START_MS} ms`),
    ['idle resident memory'],
    ...block(({ residentMb }) => residentMb, 'MB', ''),
    agentRow(runtime),
  ];
}

/** Resident memory after a tenth of the edits, and after all. */
function growthRow([warmMb, wholeMb]: readonly [number, number]): string[] {
  const grown = `${(wholeMb - warmMb).toFixed(1)} MB`;
  return [`  more after ${EDITS_READ} edits`, grown, '', '', '', '', '0 MB'];
}

/** What each agent takes on top of the first. */
function agentRow(runtime: ProcessCosts['runtime']): string[] {
  const medians = [...runtime].map(([count, costs]) => ({
    count,
    mb: summary(costs.map(({ residentMb }) => residentMb)).median,
  }));
  const [one, most] = [medians[0], medians.at(-1)];
  if (one === undefined || most === undefined) throw new Error('nothing was measured');
  const kib = ((most.mb - one.mb) * 1e6) / 1024 / (most.count - one.count);
  return ['  each agent more', `${kib.toFixed(0)} KiB`, '', '', '', '', `< ${AIM_AGENT_KIB} KiB`];
}

function editRows(edits: readonly HotEdits[]): string[][] {
  const rows = edits.map(({ agents, liveMs, requests, failures }) => [
    `  ${agents} agent${agents === 1 ? '' : 's'}`,
    ...cells(summary(liveMs), 'ms'),
    '',
    `< ${AIM_LIVE_MS} ms`,
    `${failures.length} of ${requests} failed`,
  ]);
  return [['edit in use on all pods'], ...rows];
}

function podRows(edits: readonly HotEdits[]): string[][] {
  const rows = edits.map(({ agents, residentMib }) => [
    `  ${agents} agent${agents === 1 ? '' : 's'}`,
    ...cells(summary(residentMib), 'MiB'),
    '',
    `< ${AIM_POD_MIB} MiB`,
  ]);
  return [['resident memory of those pods'], ...rows];
}

function clusterRow(readyMs: readonly number[]): string[] {
  const seconds = readyMs.map((ms) => ms / 1000);
  return ['kubectl apply → Ready', ...cells(summary(seconds), 's', 1), '', ''];
}

function cells({ median, minimum, maximum, runs }: Summary, unit: string, digits = 0): string[] {
  const cell = (value: number): string => `${value.toFixed(digits)} ${unit}`;
  return [cell(median), cell(minimum), cell(maximum), String(runs)];
}

try {
  await main();
} catch (error) {
  console.error(await failureReport(error));
  process.exitCode = 1;
}
