import type { ApiRequest, Transport } from '../src/kube/transport.ts';

/** A transport that keeps what it was asked and answers as told, one answer a request. */
export function recordedTransport(...answers: unknown[]): {
  transport: Pick<Transport, 'json'>;
  requests: ApiRequest[];
} {
  const requests: ApiRequest[] = [];
  return {
    requests,
    transport: {
      json(request) {
        requests.push(request);
        const answer = answers.length > 0 ? answers.shift() : request.body;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  };
}
