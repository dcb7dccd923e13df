import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePorts } from '../../e2e/cluster/test-control-plane.ts';
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

/** Starts the operator and waits until it is ready. */
export async function startOperator(
  kubeconfig: string,
  program = 'operator/src/main.ts',
): Promise<OperatorProcess> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, ['--no-warnings', program], {
    env: {
      KUBECONFIG: kubeconfig,
      RUNTIME_IMAGE: 'a2a-operator/runtime:test',
      OPS_PORT: String(port),
      LOG_LEVEL: 'debug',
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
