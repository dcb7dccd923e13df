import { describe, expect, it } from '@jest/globals';
import { peerListErrors } from './network-peers.ts';

const errors = (...peers: unknown[]): string[] =>
  peerListErrors('NETWORK_X', JSON.stringify(peers));
const labels = (matchLabels: unknown): object => ({
  namespaceSelector: {},
  podSelector: { matchLabels },
});
const expression = (one: unknown): object => ({
  namespaceSelector: { matchExpressions: [one] },
});
const ipBlock = (block: unknown): object => ({ ipBlock: block });

describe('a list of peers', () => {
  it.each([
    ['nobody', []],
    ['pods', [labels({ 'app.kubernetes.io/name': 'envoy' })]],
    ['every pod of every namespace', [{ podSelector: {}, namespaceSelector: {} }]],
    ['a label without a value', [labels({ edge: '' })]],
    ['one of several values', [expression({ key: 'team', operator: 'In', values: ['a', 'b'] })]],
    ['any value', [expression({ key: 'example.com/team', operator: 'Exists' })]],
    ['addresses', [ipBlock({ cidr: '10.0.0.0/8' }), ipBlock({ cidr: '2001:db8::/32' })]],
    ['all addresses but some', [ipBlock({ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] })]],
  ])('may be %s', (_, peers) => {
    expect(errors(...peers)).toEqual([]);
  });

  it.each([
    ['{', 'no JSON'],
    ['{}', 'no list'],
    ['"envoy"', 'no list'],
    ['', 'nothing'],
  ])('has to be a JSON list: %s (%s)', (text) => {
    expect(peerListErrors('NETWORK_X', text)).toEqual([
      'NETWORK_X is no JSON list of NetworkPolicy peers; use for example [{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}}}]',
    ]);
  });

  const WHO = 'NETWORK_X[0] needs namespaceSelector, with podSelector or without, or ipBlock alone';
  const LABELS = 'NETWORK_X[0].podSelector.matchLabels holds what is no label; use {"key":"value"}';
  const EXPRESSIONS =
    'NETWORK_X[0].namespaceSelector.matchExpressions needs items with key, operator (In, NotIn with values, Exists, DoesNotExist without)';
  const CIDR = 'NETWORK_X[0].ipBlock.cidr is no range; use for example 10.0.0.0/8 or 2001:db8::/32';
  const EXCEPT = 'NETWORK_X[0].ipBlock.except needs a list of smaller ranges within cidr';
  it.each([
    ['a word', 'envoy', 'NETWORK_X[0] is no object'],
    ['nobody', {}, WHO],
    ['two kinds', { namespaceSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }, WHO],
    ['pods of addresses', { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }, WHO],
    ['pods of whatever namespace the policy is in', { podSelector: {} }, WHO],
    [
      'a typing error',
      { podSelektor: {}, namespaceSelector: {} },
      'NETWORK_X[0].podSelektor is unknown; remove it',
    ],
    [
      'a selector that is none',
      { namespaceSelector: {}, podSelector: 'app=x' },
      'NETWORK_X[0].podSelector is no object',
    ],
    [
      'a part that no selector has',
      { namespaceSelector: {}, podSelector: { app: 'x' } },
      'NETWORK_X[0].podSelector.app is unknown; remove it',
    ],
    ['labels that are a list', labels(['app']), LABELS],
    ['no labels', labels({}), LABELS],
    ['a value that is no text', labels({ app: 1 }), LABELS],
    ['a value that no label has', labels({ app: 'a b' }), LABELS],
    ['a key that no label has', labels({ 'a/b/c': 'x' }), LABELS],
    ['a key with an upper-case prefix', labels({ 'Example.com/app': 'x' }), LABELS],
    ['an operator that does not exist', expression({ key: 'a', operator: 'Is' }), EXPRESSIONS],
    ['one of no values', expression({ key: 'a', operator: 'In', values: [] }), EXPRESSIONS],
    [
      'values where none belong',
      expression({ key: 'a', operator: 'Exists', values: ['b'] }),
      EXPRESSIONS,
    ],
    ['an expression with more', expression({ key: 'a', operator: 'Exists', x: 1 }), EXPRESSIONS],
    ['an expression that is a word', expression('a'), EXPRESSIONS],
    ['addresses that are a text', ipBlock('10.0.0.0/8'), 'NETWORK_X[0].ipBlock is no object'],
    ['an address', ipBlock({ cidr: '10.0.0.1' }), CIDR],
    ['too long a range', ipBlock({ cidr: '10.0.0.0/33' }), CIDR],
    ['exceptions elsewhere', ipBlock({ cidr: '10.0.0.0/8', except: ['192.168.0.0/16'] }), EXCEPT],
    ['no exceptions', ipBlock({ cidr: '10.0.0.0/8', except: [] }), EXCEPT],
    ['exceptions as large', ipBlock({ cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] }), EXCEPT],
    ['exceptions that are a text', ipBlock({ cidr: '10.0.0.0/8', except: '10.1.0.0/16' }), EXCEPT],
    [
      'more than a range has',
      ipBlock({ cidr: '10.0.0.0/8', ports: [] }),
      'NETWORK_X[0].ipBlock.ports is unknown; remove it',
    ],
  ])('may not hold %s', (_, peer, error) => {
    expect(errors(peer)).toEqual([error]);
  });

  it('has all its errors told at once', () => {
    expect(errors('x', {}, labels({ app: 1 }))).toHaveLength(3);
  });
});
