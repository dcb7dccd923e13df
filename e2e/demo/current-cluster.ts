import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { waitFor } from '../cluster/wait.ts';
import { currentCluster } from '../platform/access.ts';
import {
  awaitPlatform,
  installOperator,
  installPlatform,
  upstreamFrom,
} from '../platform/install.ts';
import type { ProjectImages } from '../platform/project-images.ts';
import { showConversation } from './conversation.ts';
import { DEMO_NAMESPACE, apiKey, awaitSamples, installSamples } from './samples.ts';

const FORWARDED = 'http://127.0.0.1:18880';

const REMOVAL = `  kubectl delete namespace ${DEMO_NAMESPACE} a2a-platform
  helm uninstall -n a2a-operator-system a2a-operator
  kubectl delete crd a2aservers.a2a-operator.io agentdefinitions.a2a-operator.io`;

/**
 * The demo on the cluster of the user's current context, after a confirmation. The images must be
 * there already: docs/how-to/own-cluster.md says how to bring them, with kind for example.
 */
export async function upCurrent(): Promise<void> {
  const cluster = currentCluster();
  const context = (await cluster.kubectl('config', 'current-context')).trim();
  await confirm(`Install the operator, Redis, LiteLLM and samples into "${context}"? [y/N] `);
  const images = imagesFrom(process.env);
  const credentials = await installPlatform(cluster, images, upstreamFrom(process.env));
  await installOperator(cluster, images);
  await awaitPlatform(cluster);
  await installSamples(cluster, credentials);
  await awaitSamples(cluster);
  const key = await apiKey(cluster, 'quickstart');
  await withPortForward(() => showConversation(FORWARDED, key, FORWARDED));
  console.log(`\nRemove it with:\n${REMOVAL}`);
}

function imagesFrom(environment: Readonly<Record<string, string | undefined>>): ProjectImages {
  const image = (name: string): string => `a2a-operator/${name}:${environment.TAG ?? 'dev'}`;
  return {
    operator: environment.OPERATOR_IMAGE ?? image('operator'),
    runtime: environment.RUNTIME_IMAGE ?? image('runtime'),
    fakeOpenai: environment.FAKE_OPENAI_IMAGE ?? image('fake-openai'),
  };
}

async function confirm(question: string): Promise<void> {
  if (process.env.YES === '1') return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error('nothing was changed');
}

/** Whatever ingress the cluster has, the Service can be reached this way. */
async function withPortForward(work: () => Promise<void>): Promise<void> {
  const ports = `${new URL(FORWARDED).port}:http`;
  const args = ['port-forward', '-n', DEMO_NAMESPACE, 'service/quickstart', ports];
  const forward = spawn('kubectl', args, { stdio: 'ignore' });
  try {
    const answers = async (): Promise<boolean> => (await fetch(`${FORWARDED}/a2a/livez`)).ok;
    await waitFor('the port-forward to quickstart', answers, { seconds: 20 });
    await work();
  } finally {
    forward.kill();
  }
}
