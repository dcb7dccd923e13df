import { reportProgress } from '../../cluster/progress.ts';
import { Api } from './api.ts';
import type { KubeObject } from './api.ts';
import { ownedByServersOf } from './children.ts';
import { applyServers } from './creation.ts';
import type { Creation } from './creation.ts';
import { annotated, editLatenciesMs, serviceAnnotation } from './edits.ts';
import { serverName } from './manifests.ts';
import { OthersLoad } from './others-load.ts';
import { collectionPath, MANAGED, objectPath } from './paths.ts';
import { readCpuMs } from './process-readings.ts';
import { startRig, USERS } from './rig.ts';
import type { Rig } from './rig.ts';
import type { BenchSettings } from './settings.ts';
import { isTrue, Tally } from './watch.ts';
import { withWorkers } from './workers.ts';
import { countWrites } from './writes.ts';

/** What the bare loop took: who applies, knowing nothing; no cache, no status, no second look. */
export interface BareResults {
  creation: Creation;
  editLatenciesMs: number[];
}

const TIMEOUT_SECONDS = 1_800;

/** Runs the bare loop on a rig of its own, which has the same servers and agents and no operator. */
export async function runBareLoop(
  { measured, edits }: BenchSettings,
  children: readonly KubeObject[],
): Promise<BareResults> {
  const rig = await reportProgress('bare loop: a fresh rig', startRig);
  const loop = await Api.of(rig.kubeconfigOf('bare-loop'));
  try {
    await reportProgress(`bare loop: ${measured} servers and agents`, () =>
      applyServers(rig.api, 0, measured),
    );
    const objects = await ownedByServersOf(rig.api, children);
    const creation = await reportProgress(`bare loop: applying ${objects.length} objects`, () =>
      createAll(rig, loop, objects),
    );
    const services = new Map(
      objects.filter(({ kind }) => kind === 'Service').map((each) => [each.metadata.name, each]),
    );
    const applyEdited = async (index: number, value: string): Promise<void> => {
      const service = services.get(serverName(index));
      if (service !== undefined) await loop.apply(objectPath(service), annotated(service, value));
    };
    const latencies = await reportProgress(`bare loop: ${edits} edits`, () =>
      editLatenciesMs(rig.api, { count: edits, servers: measured }, serviceAnnotation, applyEdited),
    );
    return { creation, editLatenciesMs: latencies };
  } finally {
    await loop.close();
    await rig.stop();
  }
}

/** Ready is when every Deployment is available: there is nobody who would ask the pods. */
async function createAll(rig: Rig, loop: Api, objects: readonly KubeObject[]): Promise<Creation> {
  const count = objects.filter(({ kind }) => kind === 'Deployment').length;
  const mark = await rig.audit.mark();
  const others = await OthersLoad.begin(await rig.pids());
  const deployments = `${collectionPath('apps/v1', 'Deployment')}?${MANAGED}`;
  const isSo = (object: KubeObject): boolean => isTrue(object, 'Available');
  const available = new Tally(rig.api, deployments, { count, isSo });
  const cpuBeforeMs = await readCpuMs(process.pid);
  await withWorkers(objects, (object) => loop.apply(objectPath(object), object));
  const cpuMs = (await readCpuMs(process.pid)) - cpuBeforeMs;
  const readyMs = await available.reached(TIMEOUT_SECONDS);
  const othersShare = await others.share();
  const writes = countWrites(await rig.audit.since(mark, USERS['bare-loop']));
  const readySeconds = (readyMs - writes.children.firstMs) / 1000;
  return { writes, readySeconds, othersShare, cpuMsPerServer: cpuMs / count };
}
