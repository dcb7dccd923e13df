import { describe, expect, it } from '@jest/globals';
import { buildFlags, cacheKey, wantedFamilies } from './binaries.ts';

describe('cacheKey', () => {
  const inputs = {
    files: { 'go.mod': 'module m', 'go.sum': 's' },
    goVersion: 'go1.26.8',
    platform: 'linux/x64',
    flags: ['-trimpath'],
  };
  const key = cacheKey(inputs);

  it('is short enough for a folder name', () => {
    expect(key).toMatch(/^[0-9a-f]{16}$/);
  });

  it('does not depend on the order in which files were read', () => {
    expect(cacheKey({ ...inputs, files: { 'go.sum': 's', 'go.mod': 'module m' } })).toBe(key);
  });

  it.each([
    ['a dependency', { files: { 'go.mod': 'module m', 'go.sum': 't' } }],
    ['a source file', { files: { ...inputs.files, 'main.go': 'package main' } }],
    ['the toolchain', { goVersion: 'go1.27.0' }],
    ['the platform', { platform: 'linux/arm64' }],
    ['the flags', { flags: ['-trimpath', '-race'] }],
  ])('changes with %s', (_, change) => {
    expect(cacheKey({ ...inputs, ...change })).not.toBe(key);
  });
});

describe('buildFlags', () => {
  it('tells the binaries the version of Kubernetes that go.mod selects', () => {
    const flags = buildFlags('require (\n\tk8s.io/kubernetes v1.34.4 // indirect\n)');
    expect(flags[0]).toBe('-trimpath');
    expect(flags.join(' ')).toContain('gitVersion=v1.34.4 ');
    expect(flags.join(' ')).toContain('gitMajor=1 ');
    expect(flags.join(' ')).toMatch(/gitMinor=34$/);
  });

  it('fails where the version is missing, instead of building one that calls itself v0.0.0', () => {
    expect(() => buildFlags('module m')).toThrow('k8s.io/kubernetes');
  });
});

describe('wantedFamilies', () => {
  const names = (...asked: string[]): string[] => wantedFamilies(asked).map(({ name }) => name);

  it('leaves out what only one suite uses, so that a cluster does not wait for its build', () => {
    expect(names()).toContain('kubernetes');
    expect(names()).not.toContain('kwok');
  });

  it('gives what is asked for by name', () => {
    expect(names('kwok', 'etcd')).toEqual(['etcd', 'kwok']);
  });
});
