import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The TLS end of an API server: it counts connections, and answers as it was told last. */
export interface TlsServer {
  url: string;
  /** How it answers from now on. */
  answer: Answer;
  /** Every connection that was ever opened. */
  connections: TLSSocket[];
  /** Resolves when so many connections have been closed. */
  closed(count: number): Promise<void>;
  /** Another certificate, for new connections. */
  renew(options: ServerOptions): void;
  stop(): Promise<void>;
}

export async function startTlsServer(options: ServerOptions): Promise<TlsServer> {
  const connections: TLSSocket[] = [];
  const closes: Promise<unknown>[] = [];
  const server = createServer({
    ...options,
    requestCert: true,
    rejectUnauthorized: false,
    // As an API server does; whoever offers HTTP/2 gets it.
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const tls: TlsServer = {
    url: '',
    connections,
    answer: (_request, response) => response.end('{}'),
    async closed(count) {
      await Promise.all(closes.slice(0, count));
    },
    renew(renewed) {
      server.setSecureContext(renewed);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('secureConnection', (socket) => {
    connections.push(socket);
    closes.push(new Promise((resolve) => socket.once('close', resolve)));
  });
  server.on('request', (request, response) => {
    tls.answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  tls.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return tls;
}

/** The name that a client's certificate carries. */
export function clientName({ socket }: IncomingMessage): string {
  return String((socket as TLSSocket).getPeerCertificate().subject.CN);
}
