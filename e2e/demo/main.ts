/** What `make up` and `make down` do. */
import { rm } from 'node:fs/promises';
import { failureReport } from '../cluster/cluster-error.ts';
import { down } from '../cluster/down.ts';
import { paths } from '../cluster/paths.ts';
import { upCurrent } from './current-cluster.ts';
import { upEmbedded } from './embedded-cluster.ts';
import { removeHosts } from './hosts.ts';

const COMMANDS: Record<string, () => Promise<void>> = {
  up: () => (process.env.CLUSTER === 'current' ? upCurrent() : upEmbedded()),
  down: async () => {
    const keepsCaches = process.env.CACHES !== 'delete';
    await removeHosts();
    await down(keepsCaches);
    if (!keepsCaches) await rm(paths.cache, { recursive: true, force: true });
  },
};

const command = COMMANDS[process.argv[2] ?? ''];
if (command === undefined) {
  console.error(`usage: main.ts ${Object.keys(COMMANDS).join('|')}`);
  process.exit(2);
}
try {
  await command();
} catch (error) {
  console.error(await failureReport(error));
  process.exitCode = 1;
}
