import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { commandEnvironment } from '../../cluster/command.ts';
import { composeEnvironment } from '../../cluster/compose.ts';
import { repositoryFolder } from '../../cluster/paths.ts';
import { DEMO_NAMESPACE, awaitSamples, installSamples } from '../../demo/samples.ts';
import { embeddedCluster } from '../../platform/access.ts';
import { ensureCredentials } from '../../platform/credentials.ts';
import { namespacesOf, pages, scriptOf, shownCommands } from './pages.ts';
import type { ChildProcess } from 'node:child_process';

// Pages wait for much, so they run side by side.
jest.setTimeout(240_000);

/** What readers see where a page shows that something works. */
const SHOWS: Readonly<Record<string, readonly RegExp[]>> = {
  'docs/quick-start.md': [
    /hello +True +1\/1 +1\/1/,
    /You are a polite greeter/,
    /My name is Ada/,
    /"state":"TASK_STATE_COMPLETED"/,
    /hello +contour +hello.example.com/,
  ],
  'docs/how-to/authenticate-callers.md': [
    /^401\nguarded-api-key\n200$/m,
    /^200\n200$/m,
    /^new key: 200, old key: 401$/m,
  ],
  'docs/how-to/edit-agents.md': [
    /^Greets people, briefly\.$/m,
    /The agent is suspended/,
    /add "- model-keys" to its spec\.secrets\.names/,
  ],
  'docs/how-to/run-locally.md': [/Good morning/],
  'docs/how-to/run-with-compose.md': [/Good evening/, /a2a-server.*\(healthy\)/],
  'docs/troubleshooting.md': [/^Ready=True Ready: /m, /"revision":/],
  'docs/how-to/run-the-operator.md': [/a2a-operator-leader-election +leader-election +250/],
  'docs/how-to/install.md': [
    /additional properties 'replicaCount' not allowed/,
    /1 kind: Deployment\n +1 kind: NetworkPolicy\n +1 kind: PodDisruptionBudget\n +2 kind: Role\n +2 kind: RoleBinding\n +1 kind: Service\n +1 kind: ServiceAccount\n[^k]*REVISION/,
  ],
  'docs/how-to/gitops.md': [
    /A2AServer\nresource\.customizations\.health\.a2a-operator\.io_AgentDefinition\nurl\n/,
    /^no difference$/m,
    /^replicas after another apply: 0$/m,
  ],
  'docs/how-to/restrict-the-network.md': [
    /egress 2: spec.model.url -> Service litellm in a2a-platform, port 4000/,
    /True DefaultDeny: only these may call: the ingress controllers/,
    /^no answer[^]*^the server answers 200$/m,
  ],
  'docs/how-to/own-cluster.md': [/a2a-operator\s+a2a-operator-system\s.*\sdeployed/],
};

/** Commands that pages show and no test runs as they are, and why. */
const ONLY_SHOWN: readonly [RegExp, string][] = [
  [/^make (up|down|test|bench|help)$/, 'CI and these stories run them'],
  [/^make (e2e|unit|check|golden|generate|verify|fmt)\b/, 'steps of make test, or rewrite files'],
  [/registry\.example\.com/, 'needs a registry'],
  [/^helm .* --values values\.yaml/, 'a file of the reader'],
  [/^kubectl create namespace agents$/, 'for that file of the reader'],
  [/\bkind (create|load)\b/, 'needs kind, and a Docker Hub that answers'],
  [/^docker build .*-t a2a-operator\//, 'the stories build the same images, under other tags'],
  [/^CLUSTER=current make up$/, 'asks before it changes the cluster of a user'],
  [/^kubectl delete (namespace|crd) .*a2a/, 'takes away what the other pages stand on'],
  [/^kubectl apply --server-side -k config\/default$/, 'takes the objects of the release over'],
  [/^kubectl delete -f config\/default/, 'takes away what the other pages stand on'],
  [/^helm uninstall a2a-operator/, 'takes away what the other pages stand on'],
  [/^make dev( AGENTS=\S+)?$/, 'its page runs it in the background'],
  [/^cat \.env$/, 'a file of the reader'],
  [
    /^helm upgrade .*network\.ingressControllers/,
    'the other pages stand on the values that are there',
  ],
  [/^docker run .*a2a-operator\/runtime/, 'the story image runs it, and locks it up further'],
];

const all = await pages();
const scripts = new Map(
  all.map((page) => [page.path, scriptOf(page)] as const).filter(([, script]) => script !== ''),
);
const namespaces = [...scripts.values()].flatMap(namespacesOf);
const cluster = embeddedCluster();
const shells: ChildProcess[] = [];
const outcomes = new Map<string, Promise<Outcome>>();
let hadSamples: boolean;

beforeAll(async () => {
  const demo = await cluster.kubectl('get', 'namespace', DEMO_NAMESPACE, '--ignore-not-found');
  hadSamples = demo !== '';
  await cluster.kubectl('delete', 'namespace', '--ignore-not-found', ...namespaces);
  await installSamples(cluster, await ensureCredentials(cluster, undefined));
  await awaitSamples(cluster);
  const environment = commandEnvironment(await composeEnvironment());
  for (const [path, script] of scripts) outcomes.set(path, run(script, environment));
});
afterAll(async () => {
  shells.forEach(endGroup);
  const ours = hadSamples ? namespaces : [...namespaces, DEMO_NAMESPACE];
  await cluster.kubectl('delete', 'namespace', '--ignore-not-found', '--wait=false', ...ours);
});

interface Outcome {
  code: number | null;
  output: string;
}

/** Runs a page's commands as a reader would, in a shell at the repository's root. */
function run(script: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    const stdio = ['pipe', 'pipe', 'pipe'] as const;
    // A group of its own, so that what a page starts in the background ends with it.
    const shell = spawn('bash', ['-s'], {
      cwd: repositoryFolder,
      env,
      detached: true,
      stdio: [...stdio],
    });
    shells.push(shell);
    let output = '';
    const append = (piece: Buffer): void => {
      output += piece.toString();
    };
    shell.stdout.on('data', append);
    shell.stderr.on('data', append);
    shell
      .on('exit', () => {
        endGroup(shell);
      })
      .on('close', (code) => {
        resolve({ code, output });
      });
    shell.stdin.end(script);
  });
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid);
  } catch {
    // Nothing of it is left.
  }
}

describe('the commands of a page', () => {
  it.each([...scripts.keys()])('work from top to bottom: %s', async (path) => {
    const { code, output } = (await outcomes.get(path)) ?? { code: null, output: 'did not start' };
    if (code !== 0) throw new Error(`ended with ${code ?? 'a signal'}:\n${output.slice(-3000)}`);
    for (const shown of SHOWS[path] ?? []) expect(output).toMatch(shown);
  });

  it('that are only shown have a reason', () => {
    const unexplained = all.flatMap((page) =>
      shownCommands(page)
        .filter((command) => !ONLY_SHOWN.some(([pattern]) => pattern.test(command)))
        .map((command) => `${page.path}: ${command}`),
    );
    expect(unexplained).toEqual([]);
  });

  it('are marked as run (sh) or shown (console), and as nothing else', () => {
    const others = all.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language }) => ['bash', 'shell', 'zsh', 'shell-session'].includes(language))
        .map(({ language }) => `${path}: ${language}`),
    );
    expect(others).toEqual([]);
    expect(scripts.size).toBeGreaterThan(0);
  });
});
