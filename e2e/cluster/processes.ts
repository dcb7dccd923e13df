import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { commandEnvironment } from './command.ts';
import { ProcessEndedError, waitFor } from './wait.ts';

/** Where a group of processes keeps its records and logs. */
export interface ProcessGroup {
  readonly records: string;
  readonly logs: string;
}

export interface ProcessSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The text of its configuration file: a process is replaced when it changes. */
  readonly configuration?: string;
  /** For test equipment: the kernel ends it when the test process dies without cleaning up. */
  readonly diesWithParent?: boolean;
}

/**
 * Identifies one process for ever: a pid alone is reused, a pid with its start time and the boot it
 * belongs to is not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTicks: string;
  readonly bootId: string;
}

/** What is known of a process that was started. */
export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  readonly command: readonly string[];
  readonly configuration: string;
}

/** State letter and start time of a process, from the text of /proc/<pid>/stat. */
export function parseStat(text: string): { state: string; startTicks: string } {
  // The second field is the program's name in parentheses and may itself contain both spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
}

/** Whether the process that a record describes is what now has its pid. */
export function isSameProcess(record: ProcessIdentity, stat: string, bootId: string): boolean {
  const { state, startTicks } = parseStat(stat);
  return state !== 'Z' && startTicks === record.startTicks && bootId === record.bootId;
}

export async function currentBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** The identity of a process that is alive or was started just now. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  // Read at once, while even a process that has already ended cannot yet have been collected.
  const { startTicks } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return { pid, startTicks, bootId: await currentBootId() };
}

/** The log that a process of the group writes to. */
export function logOf(group: ProcessGroup, name: string): string {
  return join(group.logs, `${name}.log`);
}

/** Whether the recorded process is alive. */
export async function isRunning(record: ProcessIdentity): Promise<boolean> {
  const stat = await readFile(`/proc/${record.pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && isSameProcess(record, stat, await currentBootId());
}

/** All records of a group, running or not, sorted by name. */
export async function recordedProcesses(group: ProcessGroup): Promise<ProcessRecord[]> {
  const names = await readdir(group.records).catch(() => []);
  const records = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map(
      async (name) =>
        JSON.parse(await readFile(join(group.records, name), 'utf8')) as ProcessRecord,
    );
  return await Promise.all(records);
}

async function runningRecord(
  group: ProcessGroup,
  name: string,
): Promise<ProcessRecord | undefined> {
  const record = (await recordedProcesses(group)).find((each) => each.name === name);
  return record !== undefined && (await isRunning(record)) ? record : undefined;
}

/** Whether the group's process of that name is alive. */
export async function isNamedRunning(group: ProcessGroup, name: string): Promise<boolean> {
  return (await runningRecord(group, name)) !== undefined;
}

async function start(group: ProcessGroup, spec: ProcessSpec): Promise<ProcessRecord> {
  await mkdir(group.records, { recursive: true });
  await mkdir(group.logs, { recursive: true });
  const logFile = logOf(group, spec.name);
  // One earlier log is kept: it tells why the process had to be started again.
  await rename(logFile, `${logFile}.previous`).catch(() => undefined);
  const log = await open(logFile, 'a');
  try {
    const command = [spec.file, ...spec.args];
    const [file = '', ...args] = spec.diesWithParent
      ? ['setpriv', '--pdeathsig', 'KILL', '--', ...command]
      : command;
    const child = spawn(file, args, {
      detached: true,
      env: commandEnvironment(spec.environment),
      stdio: ['ignore', log.fd, log.fd],
    });
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw error;
    }
    const identity = await identityOf(child.pid);
    child.unref();
    const { name, configuration = '' } = spec;
    const record = { name, ...identity, command, configuration };
    await writeFile(join(group.records, `${name}.json`), JSON.stringify(record, null, 2));
    return record;
  } catch (error) {
    throw new ClusterError(`${spec.name} does not start`, { cause: error });
  } finally {
    await log.close();
  }
}

function isAsSpecified(record: ProcessRecord, spec: ProcessSpec): boolean {
  const { file, args, configuration = '' } = spec;
  const wanted = JSON.stringify([[file, ...args], configuration]);
  return JSON.stringify([record.command, record.configuration]) === wanted;
}

/**
 * Starts a process that outlives this program, unless it already runs with the same command line and
 * configuration; else it is replaced.
 *
 * @returns whether it was started now.
 */
export async function ensureProcess(group: ProcessGroup, spec: ProcessSpec): Promise<boolean> {
  const running = await runningRecord(group, spec.name);
  if (running !== undefined) {
    if (isAsSpecified(running, spec)) return false;
    await stopProcess(group, spec.name);
  }
  await start(group, spec);
  return true;
}

/** As `waitFor`, but gives up at once, with the log, when the process has ended. */
export async function waitForProcess<T>(
  group: ProcessGroup,
  name: string,
  condition: () => Promise<T | undefined | false>,
  seconds: number,
): Promise<T> {
  const logFile = logOf(group, name);
  return await waitFor(
    `${name} is ready`,
    async () => {
      if ((await runningRecord(group, name)) === undefined) {
        throw new ProcessEndedError(`${name} ended while starting`, { logFile });
      }
      return await condition();
    },
    { seconds, logFile },
  );
}

function signal(record: ProcessRecord, name: NodeJS.Signals): void {
  try {
    process.kill(record.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Ends one recorded process, first politely, and forgets it. Nothing is signalled when the pid belongs
 * to another process by now.
 */
export async function stopProcess(
  group: ProcessGroup,
  name: string,
  graceSeconds = 10,
): Promise<void> {
  const record = await runningRecord(group, name);
  if (record !== undefined) {
    const gone = async (): Promise<boolean> => !(await isRunning(record));
    signal(record, 'SIGTERM');
    await waitFor(`${name} has ended`, gone, {
      seconds: graceSeconds,
      everyMilliseconds: 25,
    }).catch(async () => {
      signal(record, 'SIGKILL');
      await waitFor(`${name} was killed`, gone, { seconds: 10 });
    });
  }
  await rm(join(group.records, `${name}.json`), { force: true });
}
