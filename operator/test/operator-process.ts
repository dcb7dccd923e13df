import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { eventually } from './api-server.ts';

/** The operator as a process of its own, as users run it. */
export interface OperatorProcess {
  /** Log lines so far, parsed. */
  logs(): Record<string, unknown>[];
  opsUrl: string;
  /** Sends SIGTERM and waits; gives the exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once, as a failing node does. */
  kill(): void;
  /** Resolves with the exit code when it has ended, null after `kill`. */
  ended: Promise<number | null>;
}

/** Starts the operator, with variables beside those of every test, and waits until it is ready. */
export async function startOperator(
  kubeconfig: string,
  environment: Readonly<Record<string, string>> = {},
  program = 'operator/src/main.ts',
): Promise<OperatorProcess> {
  const port = await freeOpsPort();
  const child = spawn(process.execPath, ['--no-warnings', program], {
    env: {
      KUBECONFIG: kubeconfig,
      RUNTIME_IMAGE: 'a2a-operator/runtime:test',
      OPS_PORT: String(port),
      LOG_LEVEL: 'debug',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const opsUrl = `http://127.0.0.1:${port}`;
  await eventually('the operator getting ready', async () => {
    if (child.exitCode !== null) throw new Error(`the operator exited: ${output}`);
    const ready = await fetch(`${opsUrl}/readyz`).catch(() => undefined);
    return ready?.ok === true ? true : undefined;
  });
  return {
    opsUrl,
    ended,
    kill: () => child.kill('SIGKILL'),
    logs: () =>
      output
        .split('\n')
        // What follows the last line end is half a line.
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

let tried = 0;

/**
 * A free port below those that the kernel gives to connections: between the look and the operator's
 * start another operator's connection could take one of them.
 */
async function freeOpsPort(): Promise<number> {
  for (;;) {
    tried += 1;
    const port = 20_000 + ((process.pid + tried) % 10_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => {
        resolve(false);
      });
      probe.listen(port, () => {
        resolve(true);
      });
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
