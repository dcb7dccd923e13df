import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';

/** What one leaf certificate says about its holder. */
export interface CertificateRequest {
  /** Also the name of its files. */
  readonly name: string;
  /** The user name that the API server reads from it. */
  readonly commonName: string;
  /** The group that the API server reads from it. */
  readonly organization?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** The PEM files of one certificate. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

const validDays = '3650';
const caName = 'ca';
const serviceAccountName = 'service-account';

/** The openssl configuration of one leaf certificate, valid for both server and client use. */
export function certificateConfig(request: CertificateRequest): string {
  const names = [
    ...(request.dnsNames ?? []).map((name, index) => `DNS.${index + 1} = ${name}`),
    ...(request.ipAddresses ?? []).map((ip, index) => `IP.${index + 1} = ${ip}`),
  ];
  return [
    '[req]',
    'prompt = no',
    'distinguished_name = subject',
    '[subject]',
    ...(request.organization === undefined ? [] : [`O = ${request.organization}`]),
    `CN = ${request.commonName}`,
    '[leaf]',
    'basicConstraints = critical, CA:FALSE',
    'keyUsage = critical, digitalSignature, keyEncipherment',
    'extendedKeyUsage = serverAuth, clientAuth',
    ...(names.length === 0 ? [] : ['subjectAltName = @names', '[names]', ...names]),
    '',
  ].join('\n');
}

/** The files of a certificate of a folder, whether or not they exist yet. */
export function certificateFiles(folder: string, name: string): CertificateFiles {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

/** The certificate authority of a folder. */
export function authorityFiles(folder: string): CertificateFiles {
  return certificateFiles(folder, caName);
}

/** The key pair that signs (private) and verifies (public) service account tokens. */
export function serviceAccountKeys(folder: string): { private: string; public: string } {
  return {
    private: join(folder, `${serviceAccountName}.key`),
    public: join(folder, `${serviceAccountName}.pub`),
  };
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function issueAuthority(folder: string): Promise<void> {
  const { certificate, key } = authorityFiles(folder);
  await run('openssl', [
    ...['req', '-x509', ...newKey, '-keyout', key, '-out', certificate, '-days', validDays],
    ...['-subj', '/CN=a2a-operator test cluster'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
  ]);
}

async function issueLeaf(folder: string, request: CertificateRequest): Promise<void> {
  const authority = authorityFiles(folder);
  const { certificate, key } = certificateFiles(folder, request.name);
  const config = join(folder, `${request.name}.cnf`);
  await writeFile(config, certificateConfig(request));
  await run('openssl', [
    ...['req', '-x509', ...newKey, '-keyout', key, '-out', certificate, '-days', validDays],
    ...['-CA', authority.certificate, '-CAkey', authority.key],
    ...['-config', config, '-extensions', 'leaf'],
  ]);
}

async function issueServiceAccountKeys(folder: string): Promise<void> {
  const keys = serviceAccountKeys(folder);
  await run('openssl', [
    'genpkey',
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-out',
    keys.private,
  ]);
  await run('openssl', ['pkey', '-in', keys.private, '-pubout', '-out', keys.public]);
}

/**
 * Issues an authority, a service account key pair and the requested certificates into `folder`.
 *
 * A folder that was completed before is left as it is, so that a running cluster keeps its identity;
 * one that was left half-way is begun anew.
 */
export async function ensureCertificates(
  folder: string,
  requests: readonly CertificateRequest[],
): Promise<void> {
  const complete = join(folder, 'complete');
  if (await stat(complete).catch(() => undefined)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await issueAuthority(folder);
  await Promise.all([
    issueServiceAccountKeys(folder),
    ...requests.map((request) => issueLeaf(folder, request)),
  ]);
  await writeFile(complete, '');
}
