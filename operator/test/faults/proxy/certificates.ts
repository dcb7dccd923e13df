import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  authorityFiles,
  certificateFiles,
  ensureCertificates,
} from '../../../../e2e/cluster/certificates.ts';
import { writeKubeconfig } from '../../../../e2e/cluster/kubeconfig.ts';

/** What proxies of one test file identify themselves with. */
export interface ProxyIdentity {
  certificate: string;
  key: string;
  authority: string;
  /** Where all of it is; goes with it. */
  folder: string;
  /** Writes a kubeconfig for a proxy at this port; gives its path. */
  kubeconfig(port: number): Promise<string>;
  /** Deletes all of it. */
  forget(): Promise<void>;
}

/** Issues an authority and a certificate for the loopback address. */
export async function proxyIdentity(): Promise<ProxyIdentity> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-fault-proxy-'));
  await ensureCertificates(folder, [
    { name: 'proxy', commonName: 'proxy', ipAddresses: ['127.0.0.1'] },
    { name: 'operator', commonName: 'operator' },
  ]);
  const { certificate, key } = certificateFiles(folder, 'proxy');
  return {
    folder,
    certificate: await readFile(certificate, 'utf8'),
    key: await readFile(key, 'utf8'),
    authority: await readFile(authorityFiles(folder).certificate, 'utf8'),
    async kubeconfig(port) {
      const file = join(folder, `kubeconfig-${port}`);
      await writeKubeconfig(file, folder, {
        user: 'operator',
        server: `https://127.0.0.1:${port}`,
      });
      return file;
    },
    forget: () => rm(folder, { recursive: true, force: true }),
  };
}
