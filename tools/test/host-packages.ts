/** Installs what the suites need from the machine and it lacks; says what and why. */
import { failureReport } from '../../e2e/cluster/cluster-error.ts';
import { ensureHostPackages, hostPackages } from '../../e2e/cluster/host-packages.ts';

const REDIS = {
  package: 'redis-server',
  why: 'the stores are tested on a real Redis',
  provides: 'redis-server',
};

try {
  await ensureHostPackages([...hostPackages, REDIS]);
} catch (error) {
  console.error(await failureReport(error));
  process.exitCode = 1;
}
