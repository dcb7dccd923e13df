import { describe, expect, it } from '@jest/globals';
import { mountsBelow } from './mounts.ts';

const mountinfo = `22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:40 / /state/kubelet rw - tmpfs tmpfs rw
31 30 0:41 / /state/kubelet/pods/1/volume rw - tmpfs tmpfs rw
32 22 0:42 / /state-of-others rw - tmpfs tmpfs rw
33 22 0:43 / /run/a2a/with\\040space rw - nsfs nsfs rw
`;

describe('mountsBelow', () => {
  it('gives inner mounts before outer ones, unescaped, and no namesakes', () => {
    expect(mountsBelow(mountinfo, ['/state', '/run/a2a'])).toEqual([
      '/run/a2a/with space',
      '/state/kubelet/pods/1/volume',
      '/state/kubelet',
    ]);
  });
});
