/**
 * A process inside one network namespace of the data-plane test: it answers connections and makes
 * them on request. Commands come and answers go over the channel of child_process; it ends with it.
 */
import { createSocket } from 'node:dgram';
import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';
import { startFakeApi } from './fake-api.ts';
import type { FakeApi, FakeObject } from './fake-api.ts';

export type AgentCommand =
  | { readonly do: 'listen'; readonly name: string; readonly tcp: number[]; readonly udp: number[] }
  /** Answers with the name and port of whoever replied, or with '' after the time is up. */
  | { readonly do: 'probe'; readonly target: Target; readonly waitMs: number }
  /** Opens a TCP connection that stays; `exchange` sends through it and answers like probe. */
  | { readonly do: 'hold'; readonly target: Target; readonly waitMs: number }
  | { readonly do: 'exchange'; readonly waitMs: number }
  | ({ readonly do: 'api' } & ApiCall);

/** All answer with the port of the fake API server, which the first one starts. */
export type ApiCall =
  | { readonly call: 'start' | 'cutWatches' }
  | { readonly call: 'put' | 'remove'; readonly path: string; readonly object: FakeObject };

export interface Target {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
}

export interface AgentRequest {
  readonly id: number;
  readonly command: AgentCommand;
}

export interface AgentReply {
  readonly id: number;
  readonly result?: string;
  readonly error?: string;
}

/**
 * Every UDP probe has a source port of its own. A random one would now and then repeat that of an
 * earlier probe, whose tracked connection is established and rightly passes in spite of a policy.
 */
let lastSourcePort = 20_000;
let held: Socket | undefined;
let api: FakeApi | undefined;

process.on('message', (message) => {
  const { id, command } = message as AgentRequest;
  const reply = (answer: Omit<AgentReply, 'id'>): void => {
    process.send?.({ id, ...answer });
  };
  execute(command).then(
    (result) => {
      reply({ result });
    },
    (error: unknown) => {
      reply({ error: String(error) });
    },
  );
});
process.on('disconnect', () => process.exit());

async function execute(command: AgentCommand): Promise<string> {
  switch (command.do) {
    case 'listen':
      await listen(command);
      return '';
    case 'probe':
      return probe(command.target, command.waitMs);
    case 'hold':
      held = connect({ host: command.target.address, port: command.target.port });
      return exchange(held, command.waitMs);
    case 'exchange':
      return held === undefined ? '' : exchange(held, command.waitMs);
    case 'api':
      return executeOnApi(command);
  }
}

async function executeOnApi(command: ApiCall): Promise<string> {
  api ??= await startFakeApi();
  if (command.call === 'put') api.put(command.path, command.object);
  if (command.call === 'remove') api.remove(command.path, command.object);
  if (command.call === 'cutWatches') api.cutWatches();
  return String(api.port);
}

async function listen({ name, tcp, udp }: { name: string; tcp: number[]; udp: number[] }) {
  const ofTcp = tcp.map(async (port) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(`${name}:${port}`));
    });
    await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve));
  });
  const ofUdp = udp.map(async (port) => {
    const socket = createSocket('udp4');
    socket.on('message', (_text, from) => {
      socket.send(`${name}:${port}`, from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(port, '0.0.0.0', resolve));
  });
  await Promise.all([...ofTcp, ...ofUdp]);
}

function probe(target: Target, waitMs: number): Promise<string> {
  return target.protocol === 'UDP' ? probeUdp(target, waitMs) : probeTcp(target, waitMs);
}

async function probeTcp({ address, port }: Target, waitMs: number): Promise<string> {
  const socket = connect({ host: address, port });
  const answer = await exchange(socket, waitMs);
  socket.destroy();
  return answer;
}

/** A refused or broken connection reads like a silent one: only an answer proves a passage. */
function exchange(socket: Socket, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve('');
    }, waitMs);
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      clearTimeout(timer);
      resolve(data.toString());
    });
    socket.write('?');
  });
}

function probeUdp({ address, port }: Target, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answer: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, waitMs, '');
    socket.on('error', () => undefined);
    socket.once('message', (data) => {
      finish(data.toString());
    });
    lastSourcePort += 1;
    socket.bind(lastSourcePort, () => {
      socket.send('?', port, address);
    });
  });
}
