import type { LabelRequirement, LabelSelector } from './objects.ts';

export type Labels = Readonly<Record<string, string>>;

/**
 * Whether the labels satisfy a selector of meta/v1. An empty selector takes everything; telling it
 * from an absent one is the caller's business, because that differs from field to field.
 * An operator unknown to meta/v1 throws: guessing would open or close traffic silently.
 */
export function matches(selector: LabelSelector, labels: Labels): boolean {
  const equalities = Object.entries(selector.matchLabels ?? {});
  return (
    equalities.every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels))
  );
}

function satisfies({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      // An absent label is not in the list either: meta/v1 says so explicitly.
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new Error(`unknown label selector operator ${operator} for key ${key}`);
  }
}
