// Generated from crds/ by `make generate`; do not edit.

/**
 * What the agent is and how it answers.
 */
export interface AgentDefinitionSpec {
  /**
   * Name on the agent's card. Default is the object's name.
   */
  displayName?: string;
  /**
   * What the agent is for, on its card. Other agents choose it by this text.
   */
  description: string;
  /**
   * Version of the agent, on its card; yours to choose.
   */
  version: string;
  /**
   * URL of an icon, on the agent's card.
   */
  iconUrl?: string;
  /**
   * URL of documentation for people, on the agent's card.
   */
  documentationUrl?: string;
  /**
   * Who offers the agent, on its card.
   */
  provider?: {
    /**
     * Name of the organization.
     */
    organization: string;
    /**
     * Website of the organization.
     */
    url: string;
  };
  /**
   * What the agent can do, on its card. Default is one skill made from its name and description. Tools are never listed.
   *
   * @maxItems 64
   */
  skills?: {
    /**
     * Identifier of the skill, unique in the agent.
     */
    id: string;
    /**
     * Name of the skill for people.
     */
    name: string;
    /**
     * What the skill does.
     */
    description: string;
    /**
     * Keywords by which the skill is found.
     *
     * @minItems 1
     * @maxItems 32
     */
    tags: string[];
    /**
     * Prompts that the skill answers.
     *
     * @maxItems 16
     */
    examples?: string[];
    /**
     * Media types that the skill accepts, when they differ from the agent's.
     *
     * @minItems 1
     * @maxItems 2
     */
    inputModes?: ('text/plain' | 'application/json')[];
    /**
     * Media types that the skill produces, when they differ from the agent's.
     *
     * @minItems 1
     * @maxItems 2
     */
    outputModes?: ('text/plain' | 'application/json')[];
  }[];
  /**
   * Media types that the agent accepts. A message with another one is refused.
   *
   * @minItems 1
   * @maxItems 2
   */
  inputModes: ('text/plain' | 'application/json')[];
  /**
   * Media types that the agent produces.
   *
   * @minItems 1
   * @maxItems 2
   */
  outputModes: ('text/plain' | 'application/json')[];
  /**
   * The system prompt. A Secret cannot be used here: a model can be made to print its instructions.
   */
  instructions?: {
    /**
     * The text itself.
     */
    inline?: string;
    /**
     * A key of a ConfigMap in the agent's namespace that holds the text.
     */
    configMapKeyRef?: {
      /**
       * Name of the ConfigMap.
       */
      name: string;
      /**
       * Key in the ConfigMap.
       */
      key: string;
    };
    /**
     * Values for {{name}} in the text. There is no logic; a name without a value is an error.
     */
    variables?: {
      [k: string]: string;
    };
  };
  /**
   * Which model answers.
   */
  model?: {
    /**
     * Model name as LiteLLM knows it. Default is the server's spec.model.name.
     */
    name?: string;
    /**
     * Key for LiteLLM that this agent calls with instead of its server's, for example a virtual key with a budget. Every server that hosts the agent has to grant the Secret in its spec.secrets.names.
     */
    apiKeySecretRef?: {
      /**
       * Name of the Secret.
       */
      name: string;
      /**
       * Key in the Secret.
       */
      key: string;
    };
    /**
     * Parameters sent with every model call: temperature, top_p, top_k, min_p, seed, stop, max_tokens, max_completion_tokens, presence_penalty, frequency_penalty, repetition_penalty, logit_bias, logprobs, top_logprobs, response_format, service_tier, reasoning, reasoning_effort, thinking, verbosity, safety_settings. Others are refused, because a proxy would follow some of them elsewhere; so are more than 64 KiB.
     */
    params?: {
      [k: string]: unknown;
    };
  };
  /**
   * Takes the agent out of service and keeps everything of it: new messages are refused, its card is not shown, running tasks are canceled, tasks that it has had can be read.
   */
  suspend?: boolean;
}

/**
 * What the operator observed.
 */
export interface AgentDefinitionStatus {
  /**
   * Generation of the spec that this status describes; -1 before the first look.
   */
  observedGeneration?: number;
  /**
   * Accepted (the spec is valid), ResolvedRefs (what it refers to exists), Served (servers answer with it) and Ready (all three).
   *
   * @maxItems 16
   */
  conditions?: {
    /**
     * Name of the condition.
     */
    type: string;
    /**
     * True, False or Unknown.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * One word for programs.
     */
    reason: string;
    /**
     * A sentence for people.
     */
    message: string;
    /**
     * Generation of the spec that was judged.
     */
    observedGeneration?: number;
    /**
     * When the status last changed.
     */
    lastTransitionTime: string;
  }[];
  /**
   * How many servers host the agent.
   */
  serverCount?: number;
  /**
   * How many skills the agent's card lists.
   */
  skillCount?: number;
  /**
   * The servers that host the agent, sorted by name; the first 64 of them.
   *
   * @maxItems 64
   */
  servers?: {
    /**
     * Name of the A2AServer.
     */
    name: string;
    /**
     * The agent's URL on that server.
     */
    url?: string;
    /**
     * Whether every ready pod of it serves this version.
     */
    ready: boolean;
    /**
     * Why it does not, where it does not.
     */
    message?: string;
  }[];
}
