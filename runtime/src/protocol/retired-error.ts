import type { Retirement } from './served-agent.ts';

/** The agent takes no new work. Answered at HTTP level (404), never with an A2A error code. */
export class RetiredError extends Error {
  override readonly name = 'RetiredError';

  constructor(retired: Retirement) {
    super(
      retired === 'suspended'
        ? 'The agent is suspended; tasks that it has had can still be read.'
        : 'The agent was removed; tasks that it has had can still be read.',
    );
  }
}
