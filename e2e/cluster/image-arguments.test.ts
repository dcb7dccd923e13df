import { describe, expect, it } from '@jest/globals';
import { parseImageBuild } from './image-arguments.ts';

describe('parseImageBuild', () => {
  it('reads options in any order', () => {
    expect(
      parseImageBuild([
        '--build-arg',
        'A=1',
        'Dockerfile',
        '--context',
        '.',
        't:1',
        '--build-arg',
        'B=2',
      ]),
    ).toEqual({ dockerfile: 'Dockerfile', tag: 't:1', context: '.', buildArgs: ['A=1', 'B=2'] });
  });

  it.each([[['Dockerfile']], [[]]])('refuses %j: a tag is needed', (args) => {
    expect(() => parseImageBuild(args)).toThrow('tag');
  });
});
