import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cluster/command.ts';
import { repositoryFolder } from '../../cluster/paths.ts';

/** The chart of this commit, as a path. */
export const CHART = join(repositoryFolder, 'charts/a2a-operator');

/** A chart that an upgrade begins with. */
export interface EarlierChart {
  path: string;
  /** Which one it is, in words. */
  what: string;
  remove(): Promise<void>;
}

/**
 * The chart as the commit before this one had it. A clone without that commit (CI's may be shallow) gives
 * this commit's own chart, and `what` says so.
 */
export async function previousChart(): Promise<EarlierChart> {
  const git = (...args: string[]): Promise<string> =>
    run('git', args, { folder: repositoryFolder });
  const commit = await git('rev-parse', '--verify', '--short', 'HEAD~1').catch(() => undefined);
  if (commit === undefined) {
    const what = "this commit's own chart, because this clone has no earlier commit";
    return { path: CHART, what, remove: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'a2a-previous-chart-'));
  const archive = join(folder, 'chart.tar');
  await git('archive', `--output=${archive}`, commit.trim(), 'charts/a2a-operator');
  await run('tar', ['-xf', archive, '-C', folder]);
  return {
    path: join(folder, 'charts/a2a-operator'),
    what: `the chart of commit ${commit.trim()}`,
    remove: () => rm(folder, { recursive: true }),
  };
}
