import { createServer } from 'node:http';
import { Api } from '../../../e2e/bench/operator/api.ts';
import { watchPods } from './pod-answers.ts';

/**
 * Answers `/status` for the pods that kwok pretends to run: `node main.ts <kubeconfig> <port>`. Every
 * pod has an address of its own on loopback, so the address that was called tells the pod.
 */
const [kubeconfig = '', port = ''] = process.argv.slice(2);
const answers = watchPods(await Api.of(kubeconfig));
const server = createServer((request, response) => {
  const { localAddress = '' } = request.socket;
  void answers.reportOf(localAddress).then((report) => {
    response.statusCode = report === undefined ? 503 : 200;
    response.end(JSON.stringify(report ?? {}));
  });
});
server.listen(Number(port), '0.0.0.0');
