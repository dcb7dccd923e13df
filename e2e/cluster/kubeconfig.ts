import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { authorityFiles, certificateFiles } from './certificates.ts';

export interface KubeconfigContent {
  readonly server: string;
  readonly user: string;
  /** PEM texts. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A self-contained kubeconfig: it refers to no file, so that it can be copied and mounted. */
export function kubeconfig(content: KubeconfigContent): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'a2a-operator',
    clusters: [
      {
        name: 'a2a-operator',
        cluster: {
          server: content.server,
          'certificate-authority-data': base64(content.authority),
        },
      },
    ],
    users: [
      {
        name: content.user,
        user: {
          'client-certificate-data': base64(content.certificate),
          'client-key-data': base64(content.key),
        },
      },
    ],
    contexts: [{ name: 'a2a-operator', context: { cluster: 'a2a-operator', user: content.user } }],
  });
}

/** Writes the kubeconfig of the holder of certificate `user` to `file`, readable by its owner only. */
export async function writeKubeconfig(
  file: string,
  certificates: string,
  holder: { readonly user: string; readonly server: string },
): Promise<void> {
  const { certificate, key } = certificateFiles(certificates, holder.user);
  const content = kubeconfig({
    ...holder,
    authority: await readFile(authorityFiles(certificates).certificate, 'utf8'),
    certificate: await readFile(certificate, 'utf8'),
    key: await readFile(key, 'utf8'),
  });
  await writeFile(file, content, { mode: 0o600 });
}
