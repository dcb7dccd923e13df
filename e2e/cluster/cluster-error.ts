import { readFile } from 'node:fs/promises';

/** What a person needs beside the message: which log explains it and what to do next. */
export interface FailureContext {
  readonly logFile?: string | undefined;
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** A step of the cluster failed; `main.ts` prints the tail of the log and the remedy. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly logFile: string | undefined;
  readonly remedy: string | undefined;

  constructor(message: string, context: FailureContext = {}) {
    super(message, { cause: context.cause });
    this.logFile = context.logFile;
    this.remedy = context.remedy;
  }
}

/** The last `lines` lines of a file; a missing file has none, because the step may have failed before writing it. */
export async function lastLines(file: string, lines = 20): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** The whole report of a failure: message, causes, log tail, remedy. */
export async function failureReport(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  const parts = [error.message];
  if (error instanceof ClusterError) {
    if (error.cause instanceof Error) parts.push(await failureReport(error.cause));
    if (error.logFile !== undefined) {
      parts.push(`last lines of ${error.logFile}:`, await lastLines(error.logFile));
    }
    if (error.remedy !== undefined) parts.push(`remedy: ${error.remedy}`);
  }
  return parts.join('\n');
}
