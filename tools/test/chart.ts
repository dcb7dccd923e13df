import { spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { binaryPath, buildBinaries } from '../../e2e/cluster/binaries.ts';

/** The operator's chart, from the repository's root. */
export const CHART = 'charts/a2a-operator';
/** Where the rendered chart is to be installed. */
export const RELEASE_NAMESPACE = 'operators';

/** A rendered object. */
export interface ChartObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/** What Helm answers; `error` is empty when it succeeds. */
export interface HelmAnswer {
  output: string;
  error: string;
}

/** Runs Helm; builds it first where the cache lacks it. */
export async function helm(args: readonly string[], input = ''): Promise<HelmAnswer> {
  await buildBinaries(['helm']);
  const binary = await binaryPath('helm');
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8', input });
  const complaint = stderr === '' ? `helm ended with ${status ?? 'a signal'}` : stderr;
  return { output: stdout, error: status === 0 ? '' : complaint };
}

/** Where a chart is rendered for. */
export interface Place {
  namespace?: string;
  kubeVersion?: string;
}

/** Renders the chart as release `a2a-operator`, with values beside the defaults. */
export function template(values: object = {}, place: Place = {}): Promise<HelmAnswer> {
  const { namespace = RELEASE_NAMESPACE, kubeVersion = '1.34.0' } = place;
  const where = ['--namespace', namespace, '--kube-version', kubeVersion];
  // JSON is YAML.
  const given = JSON.stringify(values);
  return helm(['template', 'a2a-operator', CHART, ...where, '--values', '-'], given);
}

/** The rendered objects. Rejects with Helm's words. */
export async function renderedChart(
  values: object = {},
  place: Place = {},
): Promise<ChartObject[]> {
  const { output, error } = await template(values, place);
  if (error !== '') throw new Error(error);
  return parseAllDocuments(output).map((document) => document.toJS() as ChartObject);
}
