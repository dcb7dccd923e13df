/** What `kubectl apply -k config/default` installs: the chart's objects without what is only Helm's. */
export interface Installation {
  crds: string;
  operator: string;
}

/** Divides what `helm template` gave; comments and order stay as the chart has them. */
export function installation(rendered: string): Installation {
  const manifests = rendered.split(/^---\n/m).filter((manifest) => manifest.trim() !== '');
  const isCrd = (manifest: string): boolean => /^kind: CustomResourceDefinition$/m.test(manifest);
  return {
    crds: file(manifests.filter(isCrd)),
    operator: file(manifests.filter((manifest) => !isCrd(manifest))),
  };
}

/** Helm's labels, its policy for CRDs, which is their only annotation, and where a manifest came from. */
const OF_HELM =
  /^( *app\.kubernetes\.io\/managed-by: Helm| *helm\.sh\/chart: .*| *annotations:\n *helm\.sh\/resource-policy: keep|# Source: .*)\n/gm;

function file(manifests: readonly string[]): string {
  const banner = '# Generated from charts/ by `make generate`; do not edit.\n';
  return banner + manifests.map((manifest) => manifest.replace(OF_HELM, '')).join('---\n');
}
