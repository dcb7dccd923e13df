import { readFileSync, readdirSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../runtime/src/config.ts';
import type { KubeObject } from '../src/api/object.ts';
import { kindOf } from '../src/kube/kinds.ts';

const FOLDER = 'operator/test/golden';
const cases = readdirSync(FOLDER);
const objectsOf = (name: string): KubeObject[] =>
  parseAllDocuments(readFileSync(`${FOLDER}/${name}/expected.yaml`, 'utf8')).map(
    (document) => document.toJS() as KubeObject,
  );

const [authority = ''] = rootCertificates;

describe('the settings of every golden server', () => {
  it.each(cases)('of %s are a configuration that the runtime accepts', (name) => {
    const settings = objectsOf(name).find(({ metadata }) => metadata.name.includes('-config-'));
    const { data } = settings as KubeObject & { data: Record<string, string> };
    // Long enough to be any kind of secret.
    const read = (path: string): string => (path.endsWith('.crt') ? authority : 'x'.repeat(64));
    const result = readConfig(data, read);
    expect(result).not.toHaveProperty('errors');
  });
});

describe("the chart's role", () => {
  interface Rule {
    apiGroups: string[];
    resources: string[];
    verbs: string[];
  }
  const template = readFileSync('charts/a2a-operator/templates/role.yaml', 'utf8');
  const { rules } = parse(template.replaceAll(/.*\{\{.*\}\}.*\n/g, '')) as { rules: Rule[] };
  const verbsOn = (group: string, resource: string): string[] =>
    rules
      .filter((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource))
      .flatMap(({ verbs }) => verbs);

  it.each(cases)('lets the operator write everything that %s consists of', (name) => {
    for (const object of objectsOf(name)) {
      const { apiVersion, plural } = kindOf(object);
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
      // Which kinds may be deleted, the story rbac finds out from what is used.
      expect([plural, ...verbsOn(group, plural)]).toEqual(
        expect.arrayContaining([plural, 'get', 'list', 'watch', 'create', 'patch']),
      );
    }
  });

  it('grants nothing on everything', () => {
    const words = rules.flatMap(({ apiGroups, resources, verbs }) => [
      ...apiGroups,
      ...resources,
      ...verbs,
    ]);
    expect(words).not.toContain('*');
  });
});
