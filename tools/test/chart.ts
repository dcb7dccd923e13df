/** Lints the chart and renders it once; exits with 1 and Helm's words when either fails. */
import { spawnSync } from 'node:child_process';
import { binaryPath, buildBinaries } from '../../e2e/cluster/binaries.ts';

const CHART = 'charts/a2a-operator';

await buildBinaries(['helm']);
const helm = await binaryPath('helm');
const runs = [
  ['lint', '--strict', CHART],
  ['template', 'release', CHART, '--kube-version', '1.34.0'],
];
for (const args of runs) {
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8' });
  if (status === 0) continue;
  console.error(`helm ${args.join(' ')}\n${stdout}${stderr}`);
  process.exitCode = 1;
}
