import { expect, test } from '@jest/globals';
import { asApplied } from './managed-fields.ts';

const others = {
  manager: 'kubectl-edit',
  operation: 'Update',
  fieldsV1: { 'f:spec': { 'f:x': {} } },
};
const status = {
  manager: 'us',
  operation: 'Update',
  subresource: 'status',
  fieldsV1: { 'f:status': {} },
};
const applied = {
  manager: 'us',
  operation: 'Apply',
  fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {} } } } },
};

test('what was patched counts as applied, beside what was applied', () => {
  const patched = {
    manager: 'us',
    operation: 'Update',
    fieldsV1: {
      'f:metadata': { 'f:labels': { 'f:a': {} } },
      'f:spec': { 'f:ports': { 'k:{"port":80}': { 'f:port': {} } } },
    },
  };
  expect(asApplied([others, applied, status, patched], 'us')).toEqual([
    others,
    status,
    {
      manager: 'us',
      operation: 'Apply',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:a': {} } },
        'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:name': {}, 'f:port': {} } } },
      },
    },
  ]);
  expect(asApplied([patched], 'us')).toEqual([{ ...patched, operation: 'Apply' }]);
});

test('nothing is to be done when everything was applied, or nothing is ours', () => {
  expect(asApplied([others, applied, status], 'us')).toBeUndefined();
  expect(asApplied([others], 'us')).toBeUndefined();
  expect(asApplied([], 'us')).toBeUndefined();
});
