/**
 * The chart's copy of a CRD: a template behind `crds.enabled` that Helm keeps on uninstall, because
 * deleting a CRD deletes every object of its kind. Helm never upgrades files of a `crds/` folder,
 * so that folder is not used.
 */
export function chartTemplate(crdYaml: string): string {
  const body = crdYaml
    .replace(/^#.*\n/gm, '')
    .replaceAll('{{', '{{ "{{" }}')
    .replace(
      /^metadata:\n {2}name: (.*)\n/m,
      (_, name: string) =>
        `metadata:\n  name: ${name}\n  labels:\n    {{- include "a2a-operator.labels" . | nindent 4 }}\n` +
        '  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n',
    );
  return `{{- /* Generated from crds/ by \`make generate\`; do not edit. */ -}}\n{{- if .Values.crds.enabled }}\n${body}{{- end }}\n`;
}
