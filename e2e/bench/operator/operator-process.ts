import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build as compile } from 'esbuild';
import { ClusterError } from '../../cluster/cluster-error.ts';
import { run } from '../../cluster/command.ts';
import { repositoryFolder } from '../../cluster/paths.ts';
import { freePorts } from '../../cluster/test-control-plane.ts';
import { readEventLoop } from './event-loop-reading.ts';
import type { EventLoopReading } from './event-loop-reading.ts';
import { imageCommand } from './image-command.ts';
import { metricsReading, Stillness } from './metrics.ts';
import type { MetricsReading } from './metrics.ts';

/** The operator's bundle, started as the image starts it. */
export interface OperatorBuild {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The operator's source under the image's flags: only there do functions have names and lines. */
export async function operatorSource(): Promise<OperatorBuild> {
  const { args, env } = imageCommand(await dockerfile(), 'bundle');
  const main = join(repositoryFolder, 'operator/src/main.ts');
  return { args: args.map((arg) => (arg === 'bundle/main.mjs' ? main : arg)), env };
}

function dockerfile(): Promise<string> {
  return readFile(join(repositoryFolder, 'operator/Dockerfile'), 'utf8');
}

/** Bundles the operator into `folder` as its image does. */
export async function buildOperator(folder: string): Promise<OperatorBuild> {
  const bundle = join(folder, 'bundle');
  const build = [join(repositoryFolder, 'operator/build.ts'), '--out', bundle];
  await run(process.execPath, build, { folder: repositoryFolder });
  return imageCommand(await dockerfile(), bundle);
}

/** As JavaScript: to strip types, Node.js would take 15 MiB of the process that is measured. */
async function eventLoopMonitor(folder: string): Promise<string> {
  const source = join(repositoryFolder, 'e2e/bench/operator/event-loop-monitor.ts');
  const outfile = join(folder, 'event-loop-monitor.mjs');
  await compile({ entryPoints: [source], outfile, format: 'esm' });
  return outfile;
}

/** Time between two looks at the metrics; each costs the operator a millisecond or two. */
const QUIET_SAMPLE_MS = 100;
const QUIET_MS = 1_000;

/** One run of the operator, as a process of its own. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #metricsUrl: string;
  readonly #logFile: string;
  readonly #startedMs = performance.now();
  readonly #eventLoopFile: string;

  private constructor(
    child: ChildProcess,
    { port, logFile, eventLoopFile }: { port: number; logFile: string; eventLoopFile: string },
  ) {
    this.#child = child;
    this.#metricsUrl = `http://127.0.0.1:${port}/metrics`;
    this.#logFile = logFile;
    this.#eventLoopFile = eventLoopFile;
  }

  /** The log goes to `<folder>/operator.log`, after those of the runs before. */
  static async start(
    build: OperatorBuild,
    place: { folder: string; kubeconfig: string; nodeOptions?: readonly string[] },
  ): Promise<OperatorProcess> {
    const [port = 0] = await freePorts(1);
    const logFile = join(place.folder, 'operator.log');
    const log = await open(logFile, 'a');
    const eventLoopFile = join(place.folder, `event-loop-${port}.json`);
    const options = [
      `--import=${await eventLoopMonitor(place.folder)}`,
      ...(place.nodeOptions ?? []),
    ];
    const command = [process.execPath, ...options, ...build.args];
    // The kernel ends it when the bench is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
      env: {
        PATH: process.env.PATH,
        ...build.env,
        KUBECONFIG: place.kubeconfig,
        RUNTIME_IMAGE: 'a2a-operator/runtime:bench',
        OPS_PORT: String(port),
        LEASE_NAMESPACE: '',
        EVENT_LOOP_FILE: eventLoopFile,
      },
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
    return new OperatorProcess(child, { port, logFile, eventLoopFile });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async look(): Promise<MetricsReading> {
    const answer = await fetch(this.#metricsUrl, { signal: AbortSignal.timeout(5_000) });
    return metricsReading(await answer.text());
  }

  /**
   * Waits until nothing has waited or run for a second and something has; gives the milliseconds from
   * the start to the beginning of that second. Later on there may be no such second: with thousands of
   * servers there is always one whose dependencies are due to be looked at.
   */
  async settled(): Promise<number> {
    const stillness = new Stillness();
    for (;;) {
      this.#failIfEnded();
      const reading = await this.look().catch(() => undefined);
      const nowMs = performance.now();
      const stillSinceMs = stillness.since(reading, nowMs);
      if (stillSinceMs !== undefined && nowMs - stillSinceMs >= QUIET_MS) {
        return stillSinceMs - this.#startedMs;
      }
      await pause(QUIET_SAMPLE_MS);
    }
  }

  /** Sends SIGTERM; gives the milliseconds until it has ended, and what its event loop was like. */
  async stop(): Promise<{ stopMs: number; eventLoop: EventLoopReading }> {
    this.#failIfEnded();
    const begunMs = performance.now();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    const stopMs = performance.now() - begunMs;
    return { stopMs, eventLoop: await readEventLoop(this.#eventLoopFile) };
  }

  #failIfEnded(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) return;
    throw new ClusterError('the operator has ended', { logFile: this.#logFile });
  }
}
