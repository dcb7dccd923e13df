// Which module may import which. A breach fails `make check`.
const OWN = '^(operator|runtime|e2e|tools)/';
const TEST = '(\\.test\\.ts$|/test/)';

/** Files of `from` import, of our own code, only what lies in `from` itself and in `to`. */
const within = (name, from, ...to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  to: { path: OWN, pathNot: [from, ...to] },
});
const never = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

const CONTRACT = '^runtime/src/contract/';
const KUBE_PORT = '^operator/src/kube/(port|kinds)\\.ts$';
const TELEMETRY = '^runtime/src/ops/telemetry\\.ts$';

module.exports = {
  forbidden: [
    never('no-cycles', {}, { circular: true }),
    never(
      'no-orphans',
      { orphan: true, pathNot: ['(^|/)main\\.ts$', TEST] },
      {},
      'delete what nothing uses',
    ),
    never('nothing-imports-main', { pathNot: TEST }, { path: '/src/main\\.ts$' }),
    never('no-test-code-in-source', { path: '/src/', pathNot: TEST }, { path: TEST }),

    within('operator-api', '^operator/src/api/', CONTRACT),
    within('operator-names', '^operator/src/names\\.ts$'),
    within('operator-configuration', '^operator/src/configuration/'),
    within(
      'operator-resources',
      '^operator/src/resources/',
      '^operator/src/api/',
      '^operator/src/names\\.ts$',
      CONTRACT,
    ),
    never(
      'desired-state-is-pure',
      { path: '^operator/src/(resources|api)/', pathNot: TEST },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
      'desired state depends on its arguments alone',
    ),
    within(
      'operator-reconcile',
      '^operator/src/reconcile/',
      '^operator/src/(resources|api)/',
      '^operator/src/names\\.ts$',
      '^operator/src/controller/controller\\.ts$',
      KUBE_PORT,
      CONTRACT,
    ),
    within(
      'operator-controller',
      '^operator/src/controller/',
      '^operator/src/api/object\\.ts$',
      KUBE_PORT,
    ),
    within(
      'operator-kube',
      '^operator/src/kube/',
      '^operator/src/api/',
      '^operator/src/names\\.ts$',
      '^operator/src/controller/leader\\.ts$',
      CONTRACT,
    ),
    never(
      'client-node-only-in-kube-and-main',
      {
        path: '^operator/src/',
        pathNot: ['^operator/src/kube/', '^operator/src/main\\.ts$', TEST],
      },
      { path: 'node_modules/@kubernetes/client-node', dependencyTypesNot: ['type-only'] },
    ),
    never(
      'operator-sees-only-the-contract',
      { path: '^operator/src/', pathNot: TEST },
      { path: '^runtime/', pathNot: CONTRACT },
    ),

    within('runtime-contract', CONTRACT),
    within(
      'runtime-catalog',
      '^runtime/src/catalog/',
      '^runtime/src/protocol/',
      CONTRACT,
      TELEMETRY,
    ),
    within('runtime-configuration', '^runtime/src/configuration/', CONTRACT),
    never('runtime-ignores-operator', { path: '^runtime/' }, { path: '^operator/' }),
    never(
      'express-only-in-http',
      { path: '^runtime/src/', pathNot: ['^runtime/src/http/', TEST] },
      { path: 'node_modules/(@types/)?express/' },
    ),
    never(
      'redis-only-in-store',
      { path: '^runtime/src/', pathNot: ['^runtime/src/store/', TEST] },
      { path: 'node_modules/ioredis/' },
    ),
    within(
      'runtime-http',
      '^runtime/src/http/',
      '^runtime/src/(protocol|access|contract)/',
      TELEMETRY,
    ),
    within('runtime-access', '^runtime/src/access/', '^runtime/src/protocol/', CONTRACT, TELEMETRY),
    within('runtime-store', '^runtime/src/store/', '^runtime/src/protocol/', TELEMETRY),
    within(
      'runtime-protocol',
      '^runtime/src/protocol/',
      '^runtime/src/agent/types\\.ts$',
      CONTRACT,
      TELEMETRY,
    ),
    within('runtime-agent', '^runtime/src/agent/', CONTRACT, TELEMETRY),
    within(
      'runtime-llm',
      '^runtime/src/llm/',
      '^runtime/src/agent/types\\.ts$',
      '^runtime/src/egress/',
      TELEMETRY,
    ),

    never('e2e-is-a-black-box', { path: '^e2e/' }, { path: '/src/' }, 'e2e sees what users see'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
