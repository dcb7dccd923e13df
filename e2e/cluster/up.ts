import { join } from 'node:path';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { addonImages, ensureAddons } from './addons.ts';
import { buildBinaries } from './binaries.ts';
import { run } from './command.ts';
import { ensurePodNetwork } from './cni.ts';
import { ensureContainerd } from './containerd.ts';
import { takeDown } from './down.ts';
import { ensureDocker } from './docker.ts';
import { recordFirewall } from './firewall-leftovers.ts';
import { ensureHostNetwork } from './host-network.ts';
import { ensureHostPackages } from './host-packages.ts';
import { recordTraces } from './host-traces.ts';
import { ensureStockImage } from './images.ts';
import { withLock } from './machine-lock.ts';
import { ClusterError } from './cluster-error.ts';
import { ensureNetworkPolicy } from './network-policy.ts';
import { ensureApiServer, ensureIdentities, ensureNode } from './node.ts';
import { paths } from './paths.ts';
import { currentBootId } from './processes.ts';
import { reportProgress } from './progress.ts';

async function ensureImages(): Promise<void> {
  for (const name of ['pause', ...addonImages]) await ensureStockImage(name);
}

const bootRecord = join(paths.state, 'boot-id');

/**
 * A cluster of an earlier boot is not continued: its pods, mounts and rules are gone, and its etcd wrote
 * without fsync. The same way goes a start on a machine where an earlier one was cleaned up by hand.
 */
async function discardEarlierBoot(): Promise<void> {
  const bootId = await currentBootId();
  if ((await readFile(bootRecord, 'utf8').catch(() => '')) === bootId) return;
  await takeDown();
  await mkdir(paths.state, { recursive: true });
  await recordTraces();
  await recordFirewall();
  await writeFile(bootRecord, bootId);
}

/**
 * Brings the cluster up, or whatever of it is not: each step does nothing when its result is there.
 *
 * @throws ClusterError naming the log to read and the remedy.
 */
export async function up(): Promise<void> {
  await withLock(bringUp);
}

/** Packages and binaries need no root: they come first, so that a build does not leave root's files in a home. */
async function requireRoot(): Promise<void> {
  if ((await run('id', ['-u'])).trim() === '0') return;
  throw new ClusterError('starting containers needs root', {
    remedy: 'run the same command as root, for example: sudo env PATH="$PATH" HOME="$HOME" …',
  });
}

/** A step that knows what to do says so itself; for the others starting from nothing is the way. */
function remedyFor(cause: unknown): string | undefined {
  if (cause instanceof ClusterError && cause.remedy !== undefined) return undefined;
  return 'see the log above; `main.ts down`, then `main.ts up` starts from nothing and keeps the cache';
}

async function bringUp(): Promise<void> {
  const steps: [string, () => Promise<unknown>][] = [
    ['host packages', ensureHostPackages],
    ['binaries', buildBinaries],
    ['rights', requireRoot],
    ['earlier boots', discardEarlierBoot],
    ['host network', ensureHostNetwork],
    ['pod network', ensurePodNetwork],
    ['container runtime', ensureContainerd],
    ['docker', ensureDocker],
    ['images', ensureImages],
    ['certificates', ensureIdentities],
    ['API server', ensureApiServer],
    ['node', ensureNode],
    ['network policies', ensureNetworkPolicy],
    ['add-ons', ensureAddons],
  ];
  for (const [title, step] of steps) {
    await reportProgress(title, step).catch((cause: unknown) => {
      throw new ClusterError(`up failed at: ${title}`, { cause, remedy: remedyFor(cause) });
    });
  }
}
