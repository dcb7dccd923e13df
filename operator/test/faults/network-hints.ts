import type { Hint } from './hint.ts';

type Side = 'from' | 'to';
const peer = (side: Side, item: object): object => ({ networkPolicy: { [side]: [item] } });

const SIDES = ['from', 'to'] as const;
const SELECTORS = ['podSelector', 'namespaceSelector'] as const;

/** What the schema does not say about peers, which both sides of the network have. */
export const NETWORK_HINTS: readonly Hint[] = [
  ...SIDES.flatMap((side) => SELECTORS.flatMap((selector) => expressionHints(side, selector))),
  ...SIDES.flatMap(rangeHints),
  {
    path: 'networkPolicy.to[].ports[]',
    reason: 'ports are of somebody',
    beside: peer('to', { podSelector: {} }),
  },
];

function expressionHints(side: Side, selector: (typeof SELECTORS)[number]): Hint[] {
  const path = `networkPolicy.${side}[].${selector}.matchExpressions[]`;
  const beside = (fields: object): object =>
    peer(side, { [selector]: { matchExpressions: [fields] } });
  return [
    {
      path: `${path}.key`,
      reason: 'an operator without values',
      beside: beside({ operator: 'Exists' }),
    },
    {
      path: `${path}.operator`,
      reason: 'operators without values',
      values: ['Exists', 'DoesNotExist'],
      beside: beside({ key: 'role' }),
    },
    {
      path: `${path}.values`,
      reason: 'an operator with values',
      beside: beside({ operator: 'In' }),
    },
  ];
}

function rangeHints(side: Side): Hint[] {
  const path = `networkPolicy.${side}[].ipBlock`;
  const beside = peer(side, { ipBlock: { cidr: '10.1.0.0/16' } });
  return [
    { path: `${path}.cidr`, reason: 'ranges', values: ['10.1.0.0/16', '10.2.0.0/16'] },
    {
      path: `${path}.except`,
      reason: 'ranges within the other',
      values: [['10.1.1.0/24'], ['10.1.2.0/24']],
      beside,
    },
  ];
}
