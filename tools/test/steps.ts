/** One thing that `make test` does. */
export interface Step {
  name: string;
  command: readonly string[];
  /** A jest project, whose tests are counted one by one. */
  suite?: string;
}

const jest = (suite: string, name: string, ...options: string[]): Step => ({
  name,
  suite,
  command: [
    'node',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    `--selectProjects=${suite}`,
    ...options,
  ],
});

/** What needs nothing but the source. */
export const CHECKS: readonly Step[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['eslint', '.'] },
  {
    name: 'import rules',
    command: [
      'depcruise',
      'operator',
      'runtime',
      'e2e',
      'tools',
      '--config',
      '.dependency-cruiser.cjs',
    ],
  },
  { name: 'generated files', command: ['node', 'tools/generate/main.ts', '--check'] },
  jest('chart', 'chart'),
];

/** Every test; the slow ones last. */
export const SUITES: readonly Step[] = [
  { name: 'packages of this machine', command: ['node', 'tools/test/host-packages.ts'] },
  jest('unit', 'unit tests and goldens'),
  jest('network', "the test cluster's NetworkPolicies, on real packets", '--runInBand'),
  jest('redis', 'stores on a real Redis', '--runInBand'),
  jest('api', 'operator on a real API server', '--runInBand'),
  jest('e2e', 'stories on the embedded cluster', '--runInBand'),
];
