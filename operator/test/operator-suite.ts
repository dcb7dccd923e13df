import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

/** What the tests of a file share, while they run. */
export interface OperatorSuite {
  readonly api: TestApiServer;
  readonly operator: OperatorProcess;
  /** The running test's own. */
  readonly space: TestNamespace;
  /** Ends the operator, and starts another one in its place. */
  restart(): Promise<void>;
}

/**
 * An API server and an operator for all tests of a file, and a namespace for each of them. `runs`: whether pods
 * of an image become ready; all do when it is absent.
 */
export function operatorSuite(runs?: (image: string) => boolean): OperatorSuite {
  let api: TestApiServer;
  let operator: OperatorProcess;
  let space: TestNamespace;
  let tests = 0;
  beforeAll(async () => {
    api = await startApiServer();
    operator = await startOperator(api.kubeconfig);
  });
  afterAll(async () => {
    await operator.stop();
    await api.stop();
  });
  beforeEach(async () => {
    tests += 1;
    space = await TestNamespace.create(api, `test-${tests}`, runs);
  });
  afterEach(() => space.stop());
  return {
    get api() {
      return api;
    },
    get operator() {
      return operator;
    },
    get space() {
      return space;
    },
    async restart() {
      await operator.stop();
      operator = await startOperator(api.kubeconfig);
    },
  };
}
