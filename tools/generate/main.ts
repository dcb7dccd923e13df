/**
 * Writes every file that is derived from `crds/*.yaml`: TypeScript types, the schema that the
 * runtime validates with, the chart's copies and the field reference; from the chart the installation
 * without Helm; Argo CD's settings from their script. One direction only: nothing here is ever read
 * back into what it was made of. `--check` writes nothing and fails on a difference.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { template } from '../test/chart.ts';
import { argoCdSettings } from './argo-cd.ts';
import { chartTemplate } from './chart-template.ts';
import { parseCrd } from './crd.ts';
import { fieldReference } from './field-reference.ts';
import { installation } from './kustomize.ts';
import { schemaModule, typesModule } from './typescript.ts';

const checking = process.argv.includes('--check');
const serverYaml = await readFile('crds/a2aserver.yaml', 'utf8');
const agentYaml = await readFile('crds/agentdefinition.yaml', 'utf8');
const server = parseCrd(serverYaml);
const agent = parseCrd(agentYaml);

const ofSources: Record<string, string> = {
  'operator/src/api/a2aserver.gen.ts': await typesModule(server),
  'runtime/src/contract/agentdefinition.gen.ts': await typesModule(agent),
  'runtime/src/contract/agentdefinition-schema.gen.ts': schemaModule(agent),
  'charts/a2a-operator/templates/crd-a2aserver.gen.yaml': chartTemplate(serverYaml),
  'charts/a2a-operator/templates/crd-agentdefinition.gen.yaml': chartTemplate(agentYaml),
  'docs/reference/a2aserver.gen.md': fieldReference(server),
  'docs/reference/agentdefinition.gen.md': fieldReference(agent),
  'config/argo-cd/argocd-cm.gen.yaml': argoCdSettings(
    await readFile('config/argo-cd/health.lua', 'utf8'),
    [server.kind, agent.kind],
  ),
};

const stale: string[] = [];
await write(ofSources);
// The chart with the copies that were just written.
const { output, error } = await template({}, { namespace: 'a2a-operator-system' });
if (error !== '') throw new Error(error);
const { crds, operator } = installation(output);
await write({
  'config/default/crds.gen.yaml': crds,
  'config/default/operator.gen.yaml': operator,
});

if (checking && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run \`make generate\` and commit`);
  process.exitCode = 1;
}

async function write(outputs: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(outputs)) {
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before === text) continue;
    stale.push(path);
    if (checking) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.log(`wrote ${path}`);
  }
}
