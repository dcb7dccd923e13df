/** The health script as settings of Argo CD, to be merged into its ConfigMap, in its namespace. */
export function argoCdSettings(script: string, kinds: readonly string[]): string {
  const body = script.replace(/^(?=.)/gm, '    ');
  const settings = kinds.map(
    (kind) => `  resource.customizations.health.a2a-operator.io_${kind}: |\n${body}`,
  );
  return [
    '# Generated from health.lua by `make generate`; do not edit.',
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    '  name: argocd-cm',
    'data:',
    settings.join(''),
  ].join('\n');
}
