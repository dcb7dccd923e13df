import { describe, expect, it } from '@jest/globals';
import { baseImages } from './image-build.ts';

describe('baseImages', () => {
  it.each([
    ['a plain base', 'FROM redis:7-alpine', [], ['redis:7-alpine']],
    ['a default', 'ARG BASE=node:24\nFROM ${BASE}', [], ['node:24']],
    ['a given argument wins', 'ARG BASE=node:24\nFROM $BASE', ['BASE=node:25'], ['node:25']],
    ['a quoted default', 'ARG BASE="node:24"\nFROM ${BASE}', [], ['node:24']],
    ['part of a name', 'ARG V=24\nFROM node:${V}-slim AS b', [], ['node:24-slim']],
    ['own stages and scratch', 'FROM a:1 AS x\nFROM x AS y\nFROM scratch', [], ['a:1']],
    ['a platform, and any case', 'from --platform=linux/amd64 a:1 as x', [], ['a:1']],
    ['the same base twice', 'FROM a:1\nFROM a:1', [], ['a:1']],
  ])('%s', (_, dockerfile, buildArgs, expected) => {
    expect(baseImages(dockerfile, buildArgs)).toEqual(expected);
  });
});
