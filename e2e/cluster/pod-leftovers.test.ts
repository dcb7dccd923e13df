import { describe, expect, it } from '@jest/globals';
import { isOurShim } from './pod-leftovers.ts';

const socket = '/run/a2a-operator/containerd/containerd.sock';
const shim = (address: string): string =>
  ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'k8s.io', '-address', address, ''].join('\0');

describe('isOurShim', () => {
  it.each([
    ['a shim of our containerd', shim(socket), true],
    ["a shim of the system's containerd", shim('/run/containerd/containerd.sock'), false],
    ['somebody who looks at our socket', `ctr\0-address\0${socket}\0`, false],
    ['a kernel thread', '', false],
  ])('%s', (_, cmdline, expected) => {
    expect(isOurShim(cmdline, socket)).toBe(expected);
  });
});
