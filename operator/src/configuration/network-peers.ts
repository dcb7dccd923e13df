import { rangeOf } from './address-range.ts';

const EXAMPLE =
  '[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}}}]';

/**
 * What is wrong with a variable that should be a JSON list of Kubernetes' NetworkPolicyPeers. What the API server
 * would refuse counts: in a policy it would stall every server.
 */
export function peerListErrors(variable: string, text: string): string[] {
  const list = parsed(text);
  return Array.isArray(list)
    ? list.flatMap((peer, index) => peerErrors(peer, `${variable}[${index}]`))
    : [`${variable} is no JSON list of NetworkPolicy peers; use for example ${EXAMPLE}`];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function peerErrors(peer: unknown, path: string): string[] {
  if (!isRecord(peer)) return [`${path} is no object`];
  const { ipBlock, podSelector, namespaceSelector, ...unknown } = peer;
  // A podSelector alone would mean the namespace of each policy, that is another one for each server.
  const namesPods = namespaceSelector !== undefined;
  const errors = unknownErrors(unknown, path);
  const isBlock = ipBlock !== undefined;
  if (namesPods === isBlock || (isBlock && podSelector !== undefined)) {
    return [
      ...errors,
      `${path} needs namespaceSelector, with podSelector or without, or ipBlock alone`,
    ];
  }
  return [
    ...errors,
    ...selectorErrors(podSelector, `${path}.podSelector`),
    ...selectorErrors(namespaceSelector, `${path}.namespaceSelector`),
    ...ipBlockErrors(ipBlock, `${path}.ipBlock`),
  ];
}

function unknownErrors(unknown: object, path: string): string[] {
  return Object.keys(unknown).map((field) => `${path}.${field} is unknown; remove it`);
}

/** A part of a label's key, or its value; the key may begin with a DNS name and a slash. */
const LABEL_WORD = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_PREFIX = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function selectorErrors(selector: unknown, path: string): string[] {
  if (selector === undefined) return [];
  if (!isRecord(selector)) return [`${path} is no object`];
  const { matchLabels, matchExpressions, ...unknown } = selector;
  const areLabels = matchLabels === undefined || isLabels(matchLabels);
  const areExpressions = matchExpressions === undefined || isFilled(matchExpressions, isExpression);
  return [
    ...unknownErrors(unknown, path),
    ...(areLabels ? [] : [`${path}.matchLabels holds what is no label; use {"key":"value"}`]),
    ...(areExpressions
      ? []
      : [
          `${path}.matchExpressions needs items with key, operator (In, NotIn with values, Exists, DoesNotExist without)`,
        ]),
  ];
}

function isLabels(labels: unknown): boolean {
  if (!isRecord(labels)) return false;
  return isFilled(Object.keys(labels), isLabelKey) && Object.values(labels).every(isLabelValue);
}

/** The API server leaves empty lists and maps out, and then the policy would never be as it was applied. */
function isFilled(list: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.length > 0 && list.every(isItem);
}

function isExpression(expression: unknown): boolean {
  if (!isRecord(expression)) return false;
  const { key, operator, values, ...unknown } = expression;
  if (!isLabelKey(key) || Object.keys(unknown).length > 0) return false;
  if (operator === 'Exists' || operator === 'DoesNotExist') return values === undefined;
  const isOneOf = operator === 'In' || operator === 'NotIn';
  return isOneOf && isFilled(values, isLabelValue);
}

function isLabelKey(key: unknown): boolean {
  if (typeof key !== 'string') return false;
  const [word, prefix, ...more] = key.split('/').reverse();
  const isPrefix = prefix === undefined || (prefix.length <= 253 && LABEL_PREFIX.test(prefix));
  return more.length === 0 && isPrefix && LABEL_WORD.test(word ?? '');
}

function isLabelValue(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || LABEL_WORD.test(value));
}

function ipBlockErrors(ipBlock: unknown, path: string): string[] {
  if (ipBlock === undefined) return [];
  if (!isRecord(ipBlock)) return [`${path} is no object`];
  const { cidr, except, ...unknown } = ipBlock;
  const errors = unknownErrors(unknown, path);
  const whole = rangeOf(cidr);
  if (whole === undefined) {
    return [...errors, `${path}.cidr is no range; use for example 10.0.0.0/8 or 2001:db8::/32`];
  }
  const isWithin = (inner: unknown): boolean => {
    const range = rangeOf(inner);
    return range !== undefined && whole.contains(range);
  };
  return except === undefined || isFilled(except, isWithin)
    ? errors
    : [...errors, `${path}.except needs a list of smaller ranges within cidr`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
