import { down } from '../cluster/down.ts';
import { STARTED_BY_TESTS } from './global-setup.mts';

/** Leaves the machine as it was: a cluster that was up stays up. */
// eslint-disable-next-line no-restricted-exports -- jest asks for it
export default async function tearDown(): Promise<void> {
  if (process.env[STARTED_BY_TESTS] === '1') await down();
}
