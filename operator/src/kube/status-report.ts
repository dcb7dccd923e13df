import type { AgentReport, StatusReport } from '../../../runtime/src/contract/status-report.ts';

/**
 * A pod's account of itself, checked: a pod may run any image, and what it says ends in a status.
 * Throws a sentence when it is not of the contract's shape.
 */
export function parseStatusReport(value: unknown): StatusReport {
  const { revision, agents, dependencies } = record(value, 'the answer');
  if (typeof revision !== 'string') throw malformed('revision');
  if (!Array.isArray(agents)) throw malformed('agents');
  const { memory, model } = record(dependencies, 'dependencies');
  for (const [index, agent] of agents.entries()) checkAgent(agent, `agents[${index}]`);
  checkDependency(memory, 'dependencies.memory');
  checkDependency(model, 'dependencies.model');
  return value as StatusReport;
}

const STATES: readonly unknown[] = ['Reachable', 'Unreachable', 'Unknown'];

function checkAgent(value: unknown, where: string): void {
  const { name, generation, revision, message } = record(value, where) as Partial<AgentReport>;
  if (typeof name !== 'string') throw malformed(`${where}.name`);
  if (!isOptional(generation, 'number')) throw malformed(`${where}.generation`);
  if (!isOptional(revision, 'string')) throw malformed(`${where}.revision`);
  if (!isOptional(message, 'string')) throw malformed(`${where}.message`);
}

function checkDependency(value: unknown, where: string): void {
  const { state, message, checks } = record(value, where);
  if (!STATES.includes(state)) throw malformed(`${where}.state`);
  if (typeof checks !== 'number') throw malformed(`${where}.checks`);
  if (!isOptional(message, 'string')) throw malformed(`${where}.message`);
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(where);
  return value as Record<string, unknown>;
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type;
}

function malformed(where: string): Error {
  return new Error(
    `${where} of its /status is not what this operator expects; is the image a runtime of this release?`,
  );
}
