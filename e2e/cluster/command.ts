import { execFile, spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from './cluster-error.ts';

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Written to the command's standard input. */
  readonly input?: string;
  readonly timeoutSeconds?: number;
}

/** The environment of every command: system tools are in folders that a user's PATH often lacks. */
export function commandEnvironment(
  extra: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, ...extra };
}

const largestOutputBytes = 64 * 1024 * 1024;

/** A command that ended with another exit code than 0; `stderr` is complete. */
export class CommandError extends ClusterError {
  readonly stderr: string;

  constructor(command: string, stderr: string) {
    super(`${command} failed: ${stderr.trim().split('\n').slice(-15).join('\n')}`);
    this.stderr = stderr;
  }
}

/**
 * Runs a command to its end and gives back its standard output.
 *
 * @throws CommandError when it ends with another exit code than 0, is missing, or takes too long.
 */
export function run(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      {
        env: commandEnvironment(options.environment),
        cwd: options.folder,
        maxBuffer: largestOutputBytes,
        timeout: (options.timeoutSeconds ?? 0) * 1000,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new CommandError([file, ...args].join(' '), stderr || error.message));
      },
    );
    // A command that ends before it has read its input is judged by its exit code, not by the broken pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** Whether a command ends with exit code 0. */
export async function succeeds(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<boolean> {
  try {
    await run(file, args, options);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/**
 * Runs a long command whose output goes to `logFile`, which is begun anew.
 *
 * @throws ClusterError naming the log when it ends with another exit code than 0.
 */
export async function runToLog(
  file: string,
  args: readonly string[],
  options: CommandOptions & { readonly logFile: string },
): Promise<void> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'w');
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new ClusterError(`${file} ${args[0] ?? ''} ${why}`, { logFile: options.logFile }));
      };
      const child = spawn(file, args, {
        env: commandEnvironment(options.environment),
        cwd: options.folder,
        stdio: ['ignore', log.fd, log.fd],
      });
      child.on('error', (error) => {
        fail(error.message);
      });
      child.on('exit', (code, signal) => {
        if (code === 0) resolve();
        else fail(`ended with ${signal ?? `exit code ${code ?? '?'}`}`);
      });
    });
  } finally {
    await log.close();
  }
}

/**
 * Runs a command with the terminal's own input and output, as pass-through commands need it.
 *
 * @returns its exit code; 1 when a signal ended it.
 */
export function runAttached(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: commandEnvironment(environment), stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
