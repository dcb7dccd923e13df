import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import type { A2AServer } from '../src/api/a2aserver.ts';
import type { AgentDefinition } from '../src/api/agentdefinition.ts';
import type { KubeObject } from '../src/api/object.ts';
import { defaultAgent, selectAgents } from '../src/reconcile/agent-selection.ts';
import { agentFiles } from '../src/resources/agent-files.ts';
import { wantsGeneratedApiKey } from '../src/resources/api-key-secret.ts';
import { desiredState } from '../src/resources/desired-state.ts';
import { grantedSecrets } from '../src/resources/granted-secrets.ts';
import { publicUrl } from '../src/resources/urls.ts';
import { settings, stored } from './builders.ts';

const FOLDER = 'operator/test/golden';
/** What the samples stand on. */
const PLATFORM = documentsOf(readFileSync('e2e/platform/platform.yaml', 'utf8'));

function documentsOf(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject);
}

/** A case without an input of its own is a sample: what users copy is what is tested. */
function inputOf(name: string): string {
  const own = `${FOLDER}/${name}/input.yaml`;
  return readFileSync(existsSync(own) ? own : `config/samples/${name}.yaml`, 'utf8');
}

function render(yaml: string): string {
  const manifests = documentsOf(yaml);
  const of = <T>(kind: string): T[] =>
    manifests.filter((manifest) => manifest.kind === kind).map((manifest) => stored<T>(manifest));
  const [server] = of<A2AServer>('A2AServer');
  if (server === undefined) throw new Error('the input has no A2AServer');
  const configMaps = manifests.filter(({ kind }) => kind === 'ConfigMap') as (KubeObject & {
    data: Record<string, string>;
  })[];
  const { files } = agentFiles(
    {
      name: server.metadata.name,
      grantedSecrets: grantedSecrets(server),
      publicUrl: publicUrl(server, settings().clusterDomain),
      defaultAgent: defaultAgent(server),
    },
    selectAgents(server, of<AgentDefinition>('AgentDefinition')).agents,
    ({ name, key }) => configMaps.find(({ metadata }) => metadata.name === name)?.data[key],
    {},
  );
  const newApiKey = wantsGeneratedApiKey(server) ? { newApiKey: 'a2a_generated' } : {};
  const services = [...PLATFORM, ...manifests].filter(({ kind }) => kind === 'Service');
  const around = { settings: settings(), running: [], services };
  return desiredState({ server, ...around, agentFiles: files, ...newApiKey })
    .map((object) => stringify(object, { lineWidth: 0 }))
    .join('---\n');
}

describe('the desired state of a server', () => {
  const cases = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(cases)('of %s is the golden one', (name) => {
    const path = `${FOLDER}/${name}/expected.yaml`;
    const rendered = render(inputOf(name));
    if (process.env.GOLDEN === 'write') writeFileSync(path, rendered);
    expect(rendered).toBe(readFileSync(path, 'utf8'));
  });

  it('has a golden case for every sample', () => {
    const samples = readdirSync('config/samples').map((file) => file.replace(/\.yaml$/, ''));
    expect(cases).toEqual(expect.arrayContaining(samples));
  });
});
