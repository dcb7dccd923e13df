/**
 * `make dev`: the runtime alone, without Kubernetes and without a model provider. Agents come from a
 * folder of AgentDefinition manifests and are read again when they change. Ends with Ctrl-C.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

const { AGENTS } = process.env;
const run = (args: readonly string[], environment: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...environment } });

const model = run([
  'runtime/test/fake-openai/main.ts',
  ...['--host', '127.0.0.1', '--port', '4010'],
]);
const runtime = run(
  ['--env-file=config/dev.env', '--env-file-if-exists=.env', 'runtime/src/main.ts'],
  AGENTS === undefined ? {} : { A2A_AGENTS_DIR: AGENTS, A2A_DEFAULT_AGENT: '' },
);

console.log(`
Agents of ${AGENTS ?? 'config/samples'} at http://127.0.0.1:3000; edit them, and they answer anew. Try:

  curl http://127.0.0.1:3000/.well-known/agent-card.json
  curl http://127.0.0.1:3000/a2a/agents
  curl http://127.0.0.1:3000/a2a -H 'A2A-Version: 1.0' -H 'Content-Type: application/json' -d '
    {"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":
    {"messageId":"m1","role":"ROLE_USER","parts":[{"text":"Hello"}]}}}'
`);

// Ctrl-C reaches the whole process group; this process stays until the runtime has stopped.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => runtime.kill());
runtime.on('exit', (code) => {
  model.kill();
  process.exitCode = code ?? 1;
});
