import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../cluster/command.ts';
import { paths } from '../cluster/paths.ts';

const requirements = join(import.meta.dirname, 'python-requirements.txt');
const script = join(import.meta.dirname, 'python-client.py');
const environment = join(paths.cache, 'python-client');
const python = join(environment, 'bin', 'python');

/** Installs the official Python client into an environment in the cache, unless it is there. */
export async function ensurePythonClient(): Promise<void> {
  const wanted = await readFile(requirements, 'utf8');
  const record = join(environment, 'installed-requirements.txt');
  if ((await readFile(record, 'utf8').catch(() => '')) === wanted) return;
  await rm(environment, { recursive: true, force: true });
  await mkdir(paths.cache, { recursive: true });
  await run('python3', ['-m', 'venv', environment]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  await writeFile(record, wanted);
}

/** What the Python client is to do. */
export interface PythonRequest {
  /** Base URL under which the card is found; its host is reached on this machine. */
  url: string;
  headers: Readonly<Record<string, string>>;
  protocolVersion: '0.3' | '1.0';
  binding: 'JSONRPC' | 'HTTP+JSON';
  text: string;
  streaming: boolean;
}

/** A task as the Python client saw it. */
export interface PythonAnswer {
  id: string;
  state: string;
  text: string;
  /** Pieces in which the text came. */
  pieces: number;
}

/** Sends a message and then gets its task, both with the official Python client. */
export async function askWithPython(
  request: PythonRequest,
): Promise<Record<'answered' | 'stored', PythonAnswer>> {
  const input = JSON.stringify(request);
  const output = await run(python, [script], { input, timeoutSeconds: 60 });
  return JSON.parse(output) as Awaited<ReturnType<typeof askWithPython>>;
}
