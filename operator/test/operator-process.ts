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
}

/** Starts the operator, with variables beside those of every test, and waits until it is ready. */
export async function startOperator(
  kubeconfig: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<OperatorProcess> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, ['--no-warnings', 'operator/src/main.ts'], {
    env: {
      KUBECONFIG: kubeconfig,
      RUNTIME_IMAGE: 'a2a-operator/runtime:test',
      OPS_PORT: String(port),
      LOG_LEVEL: 'debug',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
    logs: () =>
      output
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}
