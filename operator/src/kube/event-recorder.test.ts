import { describe, expect, it } from '@jest/globals';
import { recordedTransport } from '../../test/recorded-transport.ts';
import type { KubeObject } from '../api/object.ts';
import { EventRecorder } from './event-recorder.ts';
import { ApiError } from './port.ts';
import type { ApiRequest, Transport } from './transport.ts';

const server: KubeObject = {
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'A2AServer',
  metadata: { name: 'demo', namespace: 'team', uid: 'u-1' },
};
const warning = { type: 'Warning', reason: 'Refused', message: 'no' } as const;
const NOW = new Date('2026-01-02T03:04:05.678Z');
const PATH = '/api/v1/namespaces/team/events';

function aRecorder(transport: Pick<Transport, 'json'>): {
  recorder: EventRecorder;
  logged: string[];
} {
  const logged: string[] = [];
  const recorder = new EventRecorder({
    transport,
    identity: 'operator-0',
    now: () => NOW,
    random: () => 0.5,
    log: (message) => logged.push(message),
  });
  return { recorder, logged };
}

/** The parts of a request that differ between Events. */
const told = (request: ApiRequest | undefined): unknown => {
  const { message, count } = request?.body as { message: string; count: number };
  return [request?.method, message, count];
};

describe('an Event', () => {
  it('is written where kubectl describe looks for it', async () => {
    const { transport, requests } = recordedTransport();
    const { recorder } = aRecorder(transport);
    recorder.record(server, warning);
    await recorder.flushed();
    const { metadata, kind, apiVersion } = server;
    expect(requests).toEqual([
      {
        method: 'POST',
        path: PATH,
        contentType: 'application/json',
        body: {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `demo.${NOW.getTime().toString(16)}8`, namespace: 'team' },
          involvedObject: { apiVersion, kind, ...metadata },
          ...warning,
          source: { component: 'a2a-operator' },
          reportingComponent: 'a2a-operator',
          reportingInstance: 'operator-0',
          firstTimestamp: '2026-01-02T03:04:05Z',
          lastTimestamp: '2026-01-02T03:04:05Z',
          count: 1,
        },
      },
    ]);
  });

  it('that is said again is counted, in the Event that is there', async () => {
    const { transport, requests } = recordedTransport();
    const { recorder } = aRecorder(transport);
    recorder.record(server, warning);
    recorder.record(server, warning);
    await recorder.flushed();
    const { name } = (requests[0]?.body as KubeObject).metadata;
    expect(requests[1]).toEqual({
      method: 'PATCH',
      path: `${PATH}/${name}`,
      contentType: 'application/merge-patch+json',
      body: { count: 2, message: 'no', lastTimestamp: '2026-01-02T03:04:05Z' },
    });
  });

  it('is created anew when the one to be counted in has expired', async () => {
    const gone = new ApiError(404, 'NotFound', 'not found');
    const { transport, requests } = recordedTransport({}, gone, {}, {});
    const { recorder, logged } = aRecorder(transport);
    for (let time = 0; time < 3; time++) recorder.record(server, warning);
    await recorder.flushed();
    expect(requests.map(told)).toEqual([
      ['POST', 'no', 1],
      ['PATCH', 'no', 2],
      ['POST', 'no', 1],
      ['PATCH', 'no', 2],
    ]);
    expect(logged).toEqual([]);
  });

  it('is no longer counted in one that has expired, even when the new one could not be written', async () => {
    const gone = new ApiError(404, 'NotFound', 'not found');
    const { transport, requests } = recordedTransport({}, gone, new Error('ECONNRESET'), {});
    const { recorder } = aRecorder(transport);
    for (let time = 0; time < 3; time++) recorder.record(server, warning);
    await recorder.flushed();
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST', 'POST']);
  });

  it('that cannot be written is given up, and those after it are written', async () => {
    const refused = new ApiError(403, 'Forbidden', 'the namespace is being terminated');
    const { transport, requests } = recordedTransport(refused, {}, refused, {});
    const { recorder, logged } = aRecorder(transport);
    for (const message of ['a', 'b', 'b', 'c']) recorder.record(server, { ...warning, message });
    await recorder.flushed();
    expect(requests.map(told)).toEqual([
      ['POST', 'a', 1],
      ['POST', 'b', 1],
      ['PATCH', 'b', 2],
      ['POST', 'c', 1],
    ]);
    expect(logged).toEqual([
      'the Event Refused of demo was not written',
      'the Event Refused of demo was not written',
    ]);
  });

  it('is cut to 1024 characters', async () => {
    const { transport, requests } = recordedTransport();
    const { recorder } = aRecorder(transport);
    recorder.record(server, { ...warning, message: 'x'.repeat(5000) });
    await recorder.flushed();
    expect((requests[0]?.body as { message: string }).message).toHaveLength(1024);
  });
});

describe('the recorder', () => {
  it('writes one Event at a time, in their order', async () => {
    const { requests, transport, answer } = held();
    const { recorder } = aRecorder(transport);
    recorder.record(server, { ...warning, message: 'a' });
    recorder.record(server, { ...warning, message: 'b' });
    await answer();
    expect(requests.map(told)).toEqual([
      ['POST', 'a', 1],
      ['POST', 'b', 1],
    ]);
  });

  it('drops Events while a thousand wait, and takes them again afterwards', async () => {
    const { requests, transport, answer } = held();
    const { recorder } = aRecorder(transport);
    const others = (index: number): KubeObject => ({
      ...server,
      metadata: { ...server.metadata, name: `demo-${index}` },
    });
    for (let index = 0; index < 1200; index++) recorder.record(others(index), warning);
    for (let index = 0; index < 1000; index++) await answer();
    await recorder.flushed();
    expect(requests).toHaveLength(1000);
    recorder.record(server, warning);
    await answer();
    await recorder.flushed();
    expect(requests).toHaveLength(1001);
  });
});

/** A transport that answers one request whenever it is told to. */
function held(): {
  transport: Pick<Transport, 'json'>;
  requests: ApiRequest[];
  /** Answers the request that is under way, and waits for the next one, if one comes. */
  answer: () => Promise<void>;
} {
  const requests: ApiRequest[] = [];
  const open: (() => void)[] = [];
  let most = 0;
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    requests,
    transport: {
      json: (request) => {
        requests.push(request);
        return new Promise((resolve) => {
          open.push(() => {
            resolve({});
          });
          most = Math.max(most, open.length);
        });
      },
    },
    async answer() {
      await settled();
      expect(most).toBe(1);
      open.shift()?.();
      await settled();
    },
  };
}
