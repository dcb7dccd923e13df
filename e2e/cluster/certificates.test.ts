import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { certificateConfig, certificateFiles, ensureCertificates } from './certificates.ts';
import { controlPlaneCertificates } from './control-plane.ts';

describe('certificateConfig', () => {
  it('numbers names and addresses and names the group', () => {
    const config = certificateConfig({
      name: 'kubelet',
      commonName: 'system:node:n',
      organization: 'system:nodes',
      dnsNames: ['a', 'b'],
      ipAddresses: ['10.0.0.1'],
    });
    expect(config).toContain('O = system:nodes\nCN = system:node:n\n');
    expect(config).toContain(
      'subjectAltName = @names\n[names]\nDNS.1 = a\nDNS.2 = b\nIP.1 = 10.0.0.1',
    );
  });

  it('has no section of names for a client that has none: openssl refuses an empty one', () => {
    const config = certificateConfig({ name: 'admin', commonName: 'admin' });
    expect(config).not.toContain('names');
    expect(config).not.toContain('O =');
  });
});

describe('controlPlaneCertificates', () => {
  it.each([
    ['the node', '10.245.1.1', ['127.0.0.1', '10.96.0.1', '10.245.1.1']],
    ['a test on loopback, named once', '127.0.0.1', ['127.0.0.1', '10.96.0.1']],
  ])('covers every address that the API server is reached by: %s', (_, ip, expected) => {
    const server = controlPlaneCertificates(ip).find(({ name }) => name === 'kube-apiserver');
    expect(server?.ipAddresses).toEqual(expected);
    expect(server?.dnsNames).toEqual(
      expect.arrayContaining(['localhost', 'kubernetes.default.svc']),
    );
  });
});

describe('ensureCertificates', () => {
  const requests = [{ name: 'leaf', commonName: 'leaf', dnsNames: ['leaf.test'] }];

  it('issues what the authority verifies, once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'a2a-certificates-'));
    try {
      await ensureCertificates(folder, requests);
      const { certificate } = certificateFiles(folder, 'leaf');
      const verify = ['verify', '-CAfile', join(folder, 'ca.crt'), '-verify_hostname', 'leaf.test'];
      expect(execFileSync('openssl', [...verify, certificate]).toString()).toContain('OK');
      const first = await readFile(certificate, 'utf8');
      await ensureCertificates(folder, requests);
      expect(await readFile(certificate, 'utf8')).toBe(first);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('begins anew in a folder that was left half-way', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'a2a-certificates-'));
    try {
      await writeFile(join(folder, 'ca.crt'), 'torn');
      await ensureCertificates(folder, requests);
      expect(await readFile(join(folder, 'ca.crt'), 'utf8')).toContain('BEGIN CERTIFICATE');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
