import { setTimeout as pause } from 'node:timers/promises';
import { reportProgress } from '../../cluster/progress.ts';
import type { KubeObject } from './api.ts';
import { childrenAsApplied } from './children.ts';
import { applyServers, operatorCreation, serversReady, touchAll } from './creation.ts';
import type { OperatorCreation } from './creation.ts';
import { NEVER_HELD_UP, longest } from './event-loop-reading.ts';
import type { EventLoopReading } from './event-loop-reading.ts';
import { agentDescription, editLatenciesMs, serviceAnnotation } from './edits.ts';
import type { EditedField } from './edits.ts';
import { OperatorProcess } from './operator-process.ts';
import type { OperatorBuild } from './operator-process.ts';
import { readCpuMs, readResidentKib } from './process-readings.ts';
import { writesUntilQuiet } from './quiet.ts';
import { USERS } from './rig.ts';
import type { Rig } from './rig.ts';
import type { BenchSettings } from './settings.ts';
import { countWrites } from './writes.ts';
import type { Writes } from './writes.ts';

/** What the operator took. */
export interface OperatorResults {
  creation: OperatorCreation;
  idle: { writes: Writes; cpuMs: number };
  touch: Writes;
  restart: { writes: Writes; settledMs: number };
  edits: { latenciesMs: number[]; writes: Writes };
  agentEdits: { latenciesMs: number[]; writes: Writes };
  memory: MemoryResults;
  /** SIGTERM → exit, with nothing to do and while it works. */
  stopMs: { idle: number; working: number };
  /** Over everything above. */
  eventLoop: EventLoopReading;
}

export interface MemoryResults {
  /** Resident when settled, in KiB: with no server, and with those measured after creating them. */
  emptyKib: number;
  measuredKib: number;
  peakKib: number;
  /** Of the process that found those measured when it started. */
  restartedKib: number;
  /** Of the same process when all servers are there, if there are more. */
  allKib: number | undefined;
}

/** Agents are edited less often: what counts is how many writes follow. */
const AGENT_EDITS = 20;
const SETTLING_MS = 5_000;

/** The operator on one rig, one measurement after the other. */
export class OperatorRun {
  readonly #rig: Rig;
  readonly #settings: BenchSettings;
  readonly #build: OperatorBuild;
  #eventLoop = NEVER_HELD_UP;

  constructor(rig: Rig, settings: BenchSettings, build: OperatorBuild) {
    this.#rig = rig;
    this.#settings = settings;
    this.#build = build;
  }

  /** Also gives what the operator applied, for the bare loop to apply the same. */
  async measure(): Promise<{ results: OperatorResults; children: KubeObject[] }> {
    const { measured, idleSeconds } = this.#settings;
    const { api } = this.#rig;
    const emptyKib = await step('memory without any server', () => this.#emptyKib());
    await step(`${measured} servers and agents`, () => applyServers(api, 0, measured));
    const { operator, creation } = await step('until all are Ready', () =>
      operatorCreation(this.#rig, measured, () => this.#start(this.#profileOptions())),
    );
    const idle = await step(`${idleSeconds} idle seconds`, () => this.#idle(operator));
    const { now: measuredKib, peak: peakKib } = await readResidentKib(operator.pid);
    const children = await childrenAsApplied(api);
    const touch = await step('a label on everything', () => this.#touch());
    const edited = await this.#allEdits();
    const idleStopMs = await this.#stop(operator);
    const workingStopMs = await step('SIGTERM at work', () => this.#stopAtWork());
    const { restarted, ...restart } = await step('restart', () => this.#restart());
    const { now: restartedKib } = await readResidentKib(restarted.pid);
    const allKib = await this.#grow(restarted);
    await this.#stop(restarted);
    const results: OperatorResults = {
      creation,
      idle,
      touch,
      restart,
      ...edited,
      memory: { emptyKib, measuredKib, peakKib, restartedKib, allKib },
      stopMs: { idle: idleStopMs, working: workingStopMs },
      eventLoop: this.#eventLoop,
    };
    return { results, children };
  }

  #start(nodeOptions: readonly string[] = []): Promise<OperatorProcess> {
    const { folder } = this.#rig;
    const kubeconfig = this.#rig.kubeconfigOf('operator');
    return OperatorProcess.start(this.#build, { folder, kubeconfig, nodeOptions });
  }

  async #stop(operator: OperatorProcess): Promise<number> {
    const { stopMs, eventLoop } = await operator.stop();
    this.#eventLoop = longest(this.#eventLoop, eventLoop);
    return stopMs;
  }

  #profileOptions(): string[] {
    if (!this.#settings.profile) return [];
    return ['--cpu-prof', `--cpu-prof-dir=${this.#rig.folder}`];
  }

  async #emptyKib(): Promise<number> {
    const operator = await this.#start();
    await pause(SETTLING_MS);
    const { now } = await readResidentKib(operator.pid);
    await this.#stop(operator);
    return now;
  }

  async #idle(operator: OperatorProcess): Promise<OperatorResults['idle']> {
    const { audit } = this.#rig;
    const mark = await audit.mark();
    const before = await readCpuMs(operator.pid);
    await pause(this.#settings.idleSeconds * 1000);
    const cpuMs = (await readCpuMs(operator.pid)) - before;
    return { writes: countWrites(await audit.since(mark, USERS.operator)), cpuMs };
  }

  async #touch(): Promise<Writes> {
    const { api, audit } = this.#rig;
    const mark = await audit.mark();
    await touchAll(api, this.#settings.measured);
    return await writesUntilQuiet(audit, mark, USERS.operator);
  }

  async #allEdits(): Promise<Pick<OperatorResults, 'edits' | 'agentEdits'>> {
    const { edits: count } = this.#settings;
    const agentCount = Math.min(AGENT_EDITS, count);
    const edits = await step(`${count} edits of servers`, () =>
      this.#edits(serviceAnnotation, count),
    );
    const agentEdits = await step(`${agentCount} edits of agents`, () =>
      this.#edits(agentDescription, agentCount),
    );
    return { edits, agentEdits };
  }

  async #edits(field: EditedField, count: number): Promise<OperatorResults['edits']> {
    const { api, audit } = this.#rig;
    const mark = await audit.mark();
    const edits = { count, servers: this.#settings.measured };
    const latenciesMs = await editLatenciesMs(api, edits, field);
    return { latenciesMs, writes: await writesUntilQuiet(audit, mark, USERS.operator) };
  }

  /** Ends it as soon as it is seen to work. */
  async #stopAtWork(): Promise<number> {
    const operator = await this.#start();
    for (;;) {
      const { reconciles = 0, pending = 0 } = (await operator.look().catch(() => undefined)) ?? {};
      if (reconciles + pending > 0) return await this.#stop(operator);
      await pause(5);
    }
  }

  async #restart(): Promise<OperatorResults['restart'] & { restarted: OperatorProcess }> {
    const { audit } = this.#rig;
    const mark = await audit.mark();
    const restarted = await this.#start();
    const settledMs = await restarted.settled();
    const writes = await writesUntilQuiet(audit, mark, USERS.operator);
    return { restarted, settledMs, writes };
  }

  /** Settled memory when the servers beyond those measured are there, too. */
  async #grow(operator: OperatorProcess): Promise<number | undefined> {
    const { servers, measured, idleSeconds } = this.#settings;
    if (servers === measured) return undefined;
    const { api } = this.#rig;
    await step(`${servers - measured} more servers and agents`, async () => {
      await applyServers(api, measured, servers);
      await serversReady(api, servers);
    });
    await pause(idleSeconds * 1000);
    return (await readResidentKib(operator.pid)).now;
  }
}

function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  return reportProgress(`operator: ${title}`, work);
}
