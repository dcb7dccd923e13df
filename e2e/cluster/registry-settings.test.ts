import { describe, expect, it } from '@jest/globals';
import { npmSettings, pipSettings, proxyArguments } from './registry-settings.ts';

describe('pipSettings', () => {
  it('keeps where packages come from and drops paths of this machine', () => {
    const listed = [
      ":env:.cert='/etc/ssl/certs/ca-certificates.crt'",
      ":env:.find-links='/opt/wheels'",
      "global.index-url='https://user:pass@index.test/simple'",
      "global.trusted-host='index.test'",
    ].join('\n');
    expect(pipSettings(listed)).toBe(
      '[global]\nindex-url = https://user:pass@index.test/simple\ntrusted-host = index.test\n',
    );
  });

  it('is an empty section where nothing is configured', () => {
    expect(pipSettings('')).toBe('[global]\n');
  });
});

describe('npmSettings', () => {
  it('keeps registries and their credentials only', () => {
    const npmrc = [
      'nodedir=/usr',
      'registry = https://npm.test/',
      '@scope:registry=https://scope.test/',
      '//npm.test/:_authToken=t',
      'cafile=/etc/ca.crt',
    ].join('\n');
    expect(npmSettings(npmrc).split('\n')).toEqual([
      'registry = https://npm.test/',
      '@scope:registry=https://scope.test/',
      '//npm.test/:_authToken=t',
      '',
    ]);
  });
});

describe('proxyArguments', () => {
  it('passes on what is set', () => {
    expect(proxyArguments({ HTTPS_PROXY: 'http://p:3128', HOME: '/h' })).toEqual([
      '--build-arg',
      'HTTPS_PROXY=http://p:3128',
    ]);
  });
});
