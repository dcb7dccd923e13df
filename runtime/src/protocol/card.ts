import { agentPath } from '../contract/layout.ts';
import { cardSecurity } from './security.ts';
import type { AgentCard, AgentInterface, AgentSkill } from '@a2a-js/sdk';
import type { AcceptedCredentials } from './security.ts';
import type { ServedAgent } from './served-agent.ts';

/** Protocol versions that every binding speaks, best first. */
const VERSIONS = ['1.0', '0.3'];

/** What a card depends on besides its agent. */
export interface CardSettings {
  /** Base URL without a trailing slash. */
  publicUrl: string;
  credentials: AcceptedCredentials;
}

/** The agent's card (A2A 1.0 §4.4). Says only what this server does. */
export function agentCard(agent: ServedAgent, { publicUrl, credentials }: CardSettings): AgentCard {
  const { name, spec } = agent;
  return {
    name: spec.displayName ?? name,
    description: spec.description,
    version: spec.version,
    ...(spec.documentationUrl !== undefined && { documentationUrl: spec.documentationUrl }),
    ...(spec.iconUrl !== undefined && { iconUrl: spec.iconUrl }),
    provider: spec.provider,
    supportedInterfaces: interfaces(publicUrl + agentPath(name)),
    capabilities: {
      streaming: true,
      pushNotifications: false,
      extendedAgentCard: false,
      extensions: [],
    },
    ...cardSecurity(credentials),
    defaultInputModes: spec.inputModes,
    defaultOutputModes: spec.outputModes,
    skills: skills(agent),
    signatures: [],
  };
}

function interfaces(url: string): AgentInterface[] {
  return VERSIONS.flatMap((protocolVersion) => [
    { url, protocolBinding: 'JSONRPC', protocolVersion, tenant: '' },
    { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion, tenant: '' },
  ]);
}

function skills({ name, spec }: ServedAgent): AgentSkill[] {
  const declared = spec.skills ?? [];
  if (declared.length > 0) return declared.map(skill);
  const displayName = spec.displayName ?? name;
  return [skill({ id: name, name: displayName, description: spec.description, tags: [name] })];
}

function skill(declared: NonNullable<ServedAgent['spec']['skills']>[number]): AgentSkill {
  return {
    ...declared,
    examples: declared.examples ?? [],
    inputModes: declared.inputModes ?? [],
    outputModes: declared.outputModes ?? [],
    securityRequirements: [],
  };
}
