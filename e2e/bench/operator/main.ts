import { failureReport } from '../../cluster/cluster-error.ts';
import { reportProgress } from '../../cluster/progress.ts';
import { applyServers, operatorCreation } from './creation.ts';
import { buildOperator, OperatorProcess } from './operator-process.ts';
import { startRig } from './rig.ts';
import { benchSettings } from './settings.ts';
import { ratePerSecond } from './writes.ts';

async function main(): Promise<void> {
  const settings = benchSettings(process.env);
  const rig = await reportProgress('control plane, kwok, stand-in', startRig);
  try {
    const build = await reportProgress('bundle', () => buildOperator(rig.folder));
    await reportProgress('apply', () => applyServers(rig.api, 0, settings.measured));
    const start = (): Promise<OperatorProcess> =>
      OperatorProcess.start(build, {
        folder: rig.folder,
        kubeconfig: rig.kubeconfigOf('operator'),
      });
    const { operator, creation } = await reportProgress('create', () =>
      operatorCreation(rig, settings.measured, start),
    );
    console.log(JSON.stringify(creation, null, 1), ratePerSecond(creation.writes.children));
    console.log(await operator.look(), operator.eventLoopMs);
    console.log('stop', await operator.stop());
  } finally {
    if (process.env.KEEP === undefined) await rig.stop();
    else console.log(rig.folder);
  }
}

try {
  await main();
} catch (error) {
  console.error(await failureReport(error));
  process.exitCode = 1;
}
