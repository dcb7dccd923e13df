/** Every suite is a project; `make test` names the ones it runs. */
const suite = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }],
  },
  ...extra,
});

export default {
  projects: [
    suite('unit', [
      '<rootDir>/{operator,runtime,tools}/**/*.test.ts',
      '<rootDir>/e2e/{bench,cluster}/**/*.test.ts',
      '!**/*.redis.test.ts',
      '!**/*.api.test.ts',
      '!**/*.chart.test.ts',
      '!**/data-plane.test.ts',
    ]),
    suite('chart', ['<rootDir>/tools/**/*.chart.test.ts']),
    suite('network', ['<rootDir>/e2e/cluster/network-policy/data-plane.test.ts']),
    suite('redis', ['<rootDir>/runtime/**/*.redis.test.ts']),
    suite('api', ['<rootDir>/operator/**/*.api.test.ts']),
    suite('e2e', ['<rootDir>/e2e/cases/**/*.test.ts'], {
      globalSetup: '<rootDir>/e2e/cases/global-setup.mts',
      globalTeardown: '<rootDir>/e2e/cases/global-teardown.mts',
    }),
  ],
};
