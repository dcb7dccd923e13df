import { describe, expect, it } from '@jest/globals';
import { debianMirrors, imageSources } from './debian-base.ts';

const deb822 = `Types: deb
# http://snapshot.test/archive/debian/20250520T000000Z
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates

Types: deb
URIs: http://mirror.test/debian-security/
Suites: bookworm-security
`;

describe('debianMirrors', () => {
  it.each([
    ['the newer format, without comments', [deb822]],
    [
      'the one-line format, among other vendors',
      [
        'deb [signed-by=/k.gpg] https://vendor.test/apt stable main',
        'deb http://mirror.test/debian bookworm main\ndeb http://mirror.test/debian-security bookworm-security main',
      ],
    ],
  ])('reads %s', (_, sources) => {
    expect(debianMirrors(sources)).toEqual({
      main: 'http://mirror.test/debian',
      security: 'http://mirror.test/debian-security',
    });
  });

  it('says what to do on a machine that is not Debian', () => {
    expect(() => debianMirrors(['deb http://archive.test/ubuntu noble main'])).toThrow('Debian');
  });
});

describe('imageSources', () => {
  it('leaves security out where the machine has none', () => {
    expect(imageSources({ main: 'http://m/debian', security: undefined })).toBe(
      'deb http://m/debian bookworm main\ndeb http://m/debian bookworm-updates main\n',
    );
  });
});
