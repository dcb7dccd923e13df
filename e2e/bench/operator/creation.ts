import type { Api } from './api.ts';
import { agent, server } from './manifests.ts';
import type { OperatorProcess } from './operator-process.ts';
import { agentsPath, objectPath, serversPath } from './paths.ts';
import { OthersLoad } from './others-load.ts';
import { readCpuMs } from './process-readings.ts';
import { writesUntilQuiet } from './quiet.ts';
import { USERS } from './rig.ts';
import type { Rig } from './rig.ts';
import { isTrue, Tally } from './watch.ts';
import { withWorkers } from './workers.ts';
import type { Writes } from './writes.ts';

/** What creating everything took. */
export interface Creation {
  writes: Writes;
  /** From the first write to the last object being Ready. */
  readySeconds: number;
  /** What share of the processors had nothing to do with it. */
  othersShare: number;
  /** Processor time of whoever applied. */
  cpuMsPerServer: number;
}

export interface OperatorCreation extends Creation {
  /** From the start of the process to its first write. */
  firstWriteSeconds: number;
}

const TIMEOUT_SECONDS = 1_800;

/** The servers of these numbers, and the agent of each, as a user would apply them. */
export async function applyServers(api: Api, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  for (const manifest of [agent, server]) {
    await withWorkers(numbers, async (index) => {
      const object = manifest(index);
      await api.apply(objectPath(object), object);
    });
  }
}

/** Waits until that many servers are Ready, and gives the moment in epoch milliseconds. */
export async function serversReady(api: Api, count: number): Promise<number> {
  const isSo = (object: Parameters<typeof isTrue>[0]): boolean => isTrue(object, 'Ready');
  return await new Tally(api, serversPath, { count, isSo }).reached(TIMEOUT_SECONDS);
}

/** Lets the operator create what all servers that are there want. */
export async function operatorCreation(
  { api, audit, pids }: Rig,
  count: number,
  start: () => Promise<OperatorProcess>,
): Promise<{ operator: OperatorProcess; creation: OperatorCreation }> {
  const mark = await audit.mark();
  const others = await OthersLoad.begin(await pids());
  const startedMs = Date.now();
  const operator = await start();
  const readyMs = await serversReady(api, count);
  const othersShare = await others.share([operator.pid]);
  const writes = await writesUntilQuiet(audit, mark, USERS.operator);
  const cpuMs = await readCpuMs(operator.pid);
  const { firstMs } = writes.children;
  const creation = {
    writes,
    readySeconds: (readyMs - firstMs) / 1000,
    firstWriteSeconds: (firstMs - startedMs) / 1000,
    cpuMsPerServer: cpuMs / count,
    othersShare,
  };
  return { operator, creation };
}

/** Gives labels to every server and every agent. */
export async function touchAll(api: Api, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const patch = { metadata: { labels: { 'bench/touched': 'yes' } } };
  await withWorkers(numbers, async (index) => {
    await api.merge(`${agentsPath}/${agent(index).metadata.name}`, patch);
    await api.merge(`${serversPath}/${server(index).metadata.name}`, patch);
  });
}
