import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';

/** What a connection and a request to the API server need. */
export interface Credentials {
  tls: Tls;
  /** Authorization, unless it is by client certificate, and whom to impersonate. */
  headers: Readonly<Record<string, string>>;
  /** Changes whenever `tls` does. */
  fingerprint: string;
}

type Tls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;

/** Reading three files for every request would cost more than the request. */
const FRESH_MS = 10_000;

/**
 * The kubeconfig's credentials, read anew every ten seconds: certificates and tokens are rotated on
 * disk while the operator runs. client-node itself keeps the content of a token file for a minute.
 */
export function credentialsOf(config: KubeConfig, now: () => number): () => Promise<Credentials> {
  let known: { credentials: Credentials; readAtMs: number } | undefined;
  return async () => {
    if (known === undefined || now() - known.readAtMs >= FRESH_MS) {
      known = { credentials: await read(config), readAtMs: now() };
    }
    return known.credentials;
  };
}

async function read(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const tls = tlsOf(options);
  const headers = { ...basicAuth(options), ...(options.headers as Record<string, string>) };
  return {
    tls,
    // A token file may end with a newline, which no header can hold; client-go cuts it off too.
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.trim()]),
    ),
    fingerprint: JSON.stringify([tls.ca, tls.cert, tls.key].map(String)),
  };
}

/** client-node leaves a name and password to node's own client, which is not used here. */
function basicAuth({ auth }: RequestOptions): Record<string, string> {
  if (typeof auth !== 'string') return {};
  return { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
}

function tlsOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): Tls {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(servername !== undefined && { servername }),
  };
}
