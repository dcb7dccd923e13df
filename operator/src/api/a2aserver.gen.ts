// Generated from crds/ by `make generate`; do not edit.

/**
 * What the server runs and how it is reached.
 */
export interface A2AServerSpec {
  /**
   * Which AgentDefinitions of the namespace the server hosts.
   */
  agents: {
    /**
     * Names of the AgentDefinitions. Change: hot.
     *
     * @minItems 1
     * @maxItems 256
     */
    names?: string[];
    /**
     * Labels of the AgentDefinitions. Change: hot.
     */
    selector?: {
      /**
       * Labels that an agent must have. Change: hot.
       */
      matchLabels?: {
        [k: string]: string;
      };
      /**
       * Requirements that an agent's labels must meet. Change: hot.
       *
       * @minItems 1
       * @maxItems 32
       */
      matchExpressions?: {
        /**
         * Label key. Change: hot.
         */
        key: string;
        /**
         * How the key and the values are compared. Change: hot.
         */
        operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
        /**
         * Values to compare with. Change: hot.
         *
         * @maxItems 64
         */
        values?: string[];
      }[];
    };
    /**
     * The agent that answers at the root paths. Default is the first of names; required with selector. Change: hot.
     */
    default?: string;
  };
  /**
   * What hosted agents may use of the namespace's Secrets.
   */
  secrets?: {
    /**
     * Secrets that hosted agents may refer to. An agent that refers to another one is not served in that version, so whoever may only create AgentDefinitions reaches no Secret but these. They need not exist yet. Change: restart.
     *
     * @maxItems 64
     */
    names?: string[];
  };
  /**
   * Runtime image. Default comes from the operator's configuration. Change: restart.
   */
  image?: string;
  /**
   * When the kubelet pulls the image. Change: restart.
   */
  imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /**
   * Secrets with credentials for the image's registry. Change: restart.
   *
   * @maxItems 16
   */
  imagePullSecrets?: {
    /**
     * Name of the Secret. Change: restart.
     */
    name: string;
  }[];
  /**
   * How many pods run. 0 stops the server and keeps everything else. Change: hot.
   */
  replicas: number;
  /**
   * The LiteLLM proxy (or any OpenAI-compatible API) that answers model calls.
   */
  model: {
    /**
     * Base URL, with or without a trailing / or /v1, for example http://litellm.ai-platform:4000. Change: restart.
     */
    url: string;
    /**
     * Where the API key is.
     */
    apiKeySecretRef?: {
      /**
       * Name of the Secret. Change: restart.
       */
      name: string;
      /**
       * Key in the Secret. Change: restart.
       */
      key: string;
    };
    /**
     * Model of agents that name none. Change: restart.
     */
    name: string;
    /**
     * Certificate authority (PEM) that signed the proxy's certificate.
     */
    caSecretRef?: {
      /**
       * Name of the Secret. Change: restart.
       */
      name: string;
      /**
       * Key in the Secret. Change: restart.
       */
      key: string;
    };
    /**
     * Longest time of one model call. Change: restart.
     */
    timeoutSeconds: number;
    /**
     * Model calls that one pod makes at a time; more wait. Change: restart.
     */
    maxConcurrentCalls: number;
  };
  /**
   * Where conversations are kept. Tasks are in the memory of the pod that runs them.
   */
  memory: {
    /**
     * Memory keeps them in the pod, which allows one replica and loses them with it. Redis keeps them for all replicas. Change: restart.
     */
    provider: 'Memory' | 'Redis';
    /**
     * How Redis is reached.
     */
    redis?: {
      /**
       * redis://host:port/db, or rediss:// for TLS, without credentials. With mode Sentinel or Cluster it names one member, or several separated by commas. Change: restart.
       */
      url: string;
      /**
       * Where the ACL user's name is. Default is the user default.
       */
      usernameSecretRef?: {
        /**
         * Name of the Secret. Change: restart.
         */
        name: string;
        /**
         * Key in the Secret. Change: restart.
         */
        key: string;
      };
      /**
       * Where the password is.
       */
      passwordSecretRef?: {
        /**
         * Name of the Secret. Change: restart.
         */
        name: string;
        /**
         * Key in the Secret. Change: restart.
         */
        key: string;
      };
      /**
       * Certificate authority (PEM) that signed Redis' certificate.
       */
      caSecretRef?: {
        /**
         * Name of the Secret. Change: restart.
         */
        name: string;
        /**
         * Key in the Secret. Change: restart.
         */
        key: string;
      };
      /**
       * What kind of Redis it is. Change: restart.
       */
      mode: 'Standalone' | 'Sentinel' | 'Cluster';
      /**
       * Name of the master in Sentinel. Change: restart.
       */
      sentinelMaster?: string;
      /**
       * Prefix of every key. Default is a2a:<namespace>:<name>:, so that servers may share one Redis. Change: restart.
       */
      keyPrefix?: string;
    };
    /**
     * How long things are kept.
     */
    retention: {
      /**
       * How long a finished task can be read, from its end. Change: restart.
       */
      terminalSeconds: number;
      /**
       * How long a task waits for input before it is dropped. Change: restart.
       */
      pausedSeconds: number;
      /**
       * How long a conversation is kept after its last message. Change: restart.
       */
      conversationSeconds: number;
    };
  };
  /**
   * Who may call.
   */
  auth: {
    /**
     * Whether callers must present a credential. With neither of the references below the operator generates one API key in the Secret <name>-api-key. Change: restart.
     */
    enabled: boolean;
    /**
     * Secret with API keys. Each key of the Secret names a principal, its value is the API key or sha256:<hex of its digest>. Keys may change at any time.
     */
    apiKeysSecretRef?: {
      /**
       * Name of the Secret. Change: restart.
       */
      name: string;
    };
    /**
     * Secret with the HS256 key (at least 32 bytes) of bearer tokens.
     */
    jwtSecretRef?: {
      /**
       * Name of the Secret. Change: restart.
       */
      name: string;
      /**
       * Key in the Secret. Change: restart.
       */
      key: string;
    };
  };
  /**
   * Prometheus metrics, on a port that an Ingress never reaches.
   */
  metrics: {
    /**
     * Whether /metrics answers. The port stays open for the operator's /status. Change: restart.
     */
    enabled: boolean;
    /**
     * Port of /metrics and /status. Change: restart.
     */
    port: number;
  };
  /**
   * Logs, one JSON object a line.
   */
  logging: {
    /**
     * Least severity that is written. Change: restart.
     */
    level: 'Error' | 'Warn' | 'Info' | 'Debug';
  };
  /**
   * The Service in front of the pods.
   */
  service: {
    /**
     * Kind of Service. Change: hot.
     */
    type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
    /**
     * Port of the Service. Change: hot.
     */
    port: number;
    /**
     * Annotations of the Service; only prefixes that the operator's configuration allows. Change: hot.
     */
    annotations?: {
      [k: string]: string;
    };
    /**
     * Application protocol of the port. Unset by default: some ingress controllers refuse values they don't know. Change: hot.
     */
    appProtocol?: string;
  };
  /**
   * Base URL that cards advertise, without a path below /a2a. Default is the Ingress host, else the Service's DNS name. Change: hot.
   */
  publicUrl?: string;
  /**
   * An Ingress for /a2a and /.well-known. Paths are never rewritten.
   */
  ingress: {
    /**
     * Whether an Ingress is made. Change: hot.
     */
    enabled: boolean;
    /**
     * Name of the IngressClass. Default is the cluster's default class. Change: hot.
     */
    className?: string;
    /**
     * Host name of the server. Change: hot.
     */
    host?: string;
    /**
     * Secret with the host's certificate; it makes the public URL https. Change: hot.
     */
    tlsSecretName?: string;
    /**
     * Annotations of the Ingress; only prefixes that the operator's configuration allows. Change: hot.
     */
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * Who may reach the pods, and whom they may reach: nobody but those named here and those that the rest of the spec needs. Other NetworkPolicies of the namespace add to it.
   */
  networkPolicy: {
    /**
     * Whether a NetworkPolicy is made that denies by default, both ways. Change: hot.
     */
    enabled: boolean;
    /**
     * Who may call the A2A port, beside ingress controllers when ingress is enabled. Change: hot.
     *
     * @maxItems 64
     */
    from?: {
      /**
       * Labels of pods; {} is every pod. They are in the namespaces of namespaceSelector, without it in the server's own. Change: hot.
       */
      podSelector?: {
        /**
         * Labels that must be there. Change: hot.
         */
        matchLabels?: {
          [k: string]: string;
        };
        /**
         * Requirements that the labels must meet. Change: hot.
         *
         * @minItems 1
         * @maxItems 32
         */
        matchExpressions?: {
          /**
           * Label key. Change: hot.
           */
          key: string;
          /**
           * How the key and the values are compared. Change: hot.
           */
          operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
          /**
           * Values to compare with. Change: hot.
           *
           * @minItems 1
           * @maxItems 64
           */
          values?: string[];
        }[];
      };
      /**
       * Labels of namespaces; {} is every namespace. Each has the label kubernetes.io/metadata.name with its name. Change: hot.
       */
      namespaceSelector?: {
        /**
         * Labels that must be there. Change: hot.
         */
        matchLabels?: {
          [k: string]: string;
        };
        /**
         * Requirements that the labels must meet. Change: hot.
         *
         * @minItems 1
         * @maxItems 32
         */
        matchExpressions?: {
          /**
           * Label key. Change: hot.
           */
          key: string;
          /**
           * How the key and the values are compared. Change: hot.
           */
          operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
          /**
           * Values to compare with. Change: hot.
           *
           * @minItems 1
           * @maxItems 64
           */
          values?: string[];
        }[];
      };
      /**
       * Addresses outside of the cluster; those of pods change.
       */
      ipBlock?: {
        /**
         * A range, for example 203.0.113.0/24 or 2001:db8::/32; /32 or /128 is one address. Change: hot.
         */
        cidr: string;
        /**
         * Ranges within it that are left out. Change: hot.
         *
         * @minItems 1
         * @maxItems 32
         */
        except?: string[];
      };
    }[];
    /**
     * Whom the pods may reach, beside DNS, the model proxy and Redis. Change: hot.
     *
     * @maxItems 64
     */
    to?: {
      /**
       * Labels of pods; {} is every pod. They are in the namespaces of namespaceSelector, without it in the server's own. Change: hot.
       */
      podSelector?: {
        /**
         * Labels that must be there. Change: hot.
         */
        matchLabels?: {
          [k: string]: string;
        };
        /**
         * Requirements that the labels must meet. Change: hot.
         *
         * @minItems 1
         * @maxItems 32
         */
        matchExpressions?: {
          /**
           * Label key. Change: hot.
           */
          key: string;
          /**
           * How the key and the values are compared. Change: hot.
           */
          operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
          /**
           * Values to compare with. Change: hot.
           *
           * @minItems 1
           * @maxItems 64
           */
          values?: string[];
        }[];
      };
      /**
       * Labels of namespaces; {} is every namespace. Each has the label kubernetes.io/metadata.name with its name. Change: hot.
       */
      namespaceSelector?: {
        /**
         * Labels that must be there. Change: hot.
         */
        matchLabels?: {
          [k: string]: string;
        };
        /**
         * Requirements that the labels must meet. Change: hot.
         *
         * @minItems 1
         * @maxItems 32
         */
        matchExpressions?: {
          /**
           * Label key. Change: hot.
           */
          key: string;
          /**
           * How the key and the values are compared. Change: hot.
           */
          operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
          /**
           * Values to compare with. Change: hot.
           *
           * @minItems 1
           * @maxItems 64
           */
          values?: string[];
        }[];
      };
      /**
       * Addresses outside of the cluster; those of pods change.
       */
      ipBlock?: {
        /**
         * A range, for example 203.0.113.0/24 or 2001:db8::/32; /32 or /128 is one address. Change: hot.
         */
        cidr: string;
        /**
         * Ranges within it that are left out. Change: hot.
         *
         * @minItems 1
         * @maxItems 32
         */
        except?: string[];
      };
      /**
       * Ports of theirs, as the pods listen, not as a Service maps them. Default is every port. Change: hot.
       *
       * @minItems 1
       * @maxItems 32
       */
      ports?: {
        /**
         * Protocol of the port. Change: hot.
         */
        protocol: 'TCP' | 'UDP' | 'SCTP';
        /**
         * Number of the port. Change: hot.
         */
        port: number;
        /**
         * Last port, where it is a range. Change: hot.
         */
        endPort?: number;
      }[];
    }[];
  };
  /**
   * What the pods need beyond the contract.
   */
  pod: {
    /**
     * Compute resources of the runtime container. The heap follows the memory limit.
     */
    resources: {
      /**
       * What the scheduler reserves. Change: restart.
       */
      requests: {
        [k: string]: number | string;
      };
      /**
       * What the kernel allows. Change: restart.
       */
      limits: {
        [k: string]: number | string;
      };
    };
    /**
     * Labels that a node must have. Change: restart.
     */
    nodeSelector?: {
      [k: string]: string;
    };
    /**
     * Taints that the pods tolerate, as in a Pod. Change: restart.
     *
     * @maxItems 32
     */
    tolerations?: {
      /**
       * Taint key. Change: restart.
       */
      key?: string;
      /**
       * How key and value are compared. Change: restart.
       */
      operator?: 'Exists' | 'Equal';
      /**
       * Taint value. Change: restart.
       */
      value?: string;
      /**
       * Taint effect. Change: restart.
       */
      effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
      /**
       * How long NoExecute is tolerated. Change: restart.
       */
      tolerationSeconds?: number;
    }[];
    /**
     * Scheduling constraints, as in a Pod. Change: restart.
     */
    affinity?: {
      [k: string]: unknown;
    };
    /**
     * How pods spread, as in a Pod. Default is over zones and nodes where possible. Change: restart.
     *
     * @maxItems 8
     */
    topologySpreadConstraints?: {
      /**
       * How uneven it may be. Change: restart.
       */
      maxSkew: number;
      /**
       * Node label of the domains. Change: restart.
       */
      topologyKey: string;
      /**
       * What happens when it cannot be met. Change: restart.
       */
      whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
      [k: string]: unknown;
    }[];
    /**
     * PriorityClass of the pods. Change: restart.
     */
    priorityClassName?: string;
    /**
     * ServiceAccount of the pods. Default is one of their own, without a token. Change: restart.
     */
    serviceAccountName?: string;
    /**
     * Annotations of the pods; only prefixes that the operator's configuration allows. Change: restart.
     */
    annotations?: {
      [k: string]: string;
    };
    /**
     * Labels of the pods. Change: restart.
     */
    labels?: {
      [k: string]: string;
    };
    /**
     * Environment variables that the runtime's contract does not own. Change: restart.
     *
     * @maxItems 64
     */
    env?: {
      /**
       * Name of the variable. Change: restart.
       */
      name: string;
      /**
       * Its value. Change: restart.
       */
      value: string;
    }[];
    /**
     * Volumes, as in a Pod. Change: restart.
     *
     * @maxItems 16
     */
    volumes?: {
      /**
       * Name of the volume. Change: restart.
       */
      name: string;
      [k: string]: unknown;
    }[];
    /**
     * Where the volumes are mounted. Change: restart.
     *
     * @maxItems 16
     */
    volumeMounts?: {
      /**
       * Name of the volume. Change: restart.
       */
      name: string;
      /**
       * Path in the container. Change: restart.
       */
      mountPath: string;
      /**
       * Path in the volume. Change: restart.
       */
      subPath?: string;
      /**
       * Whether it is read-only. Change: restart.
       */
      readOnly?: boolean;
    }[];
  };
}

/**
 * What the operator observed.
 */
export interface A2AServerStatus {
  /**
   * Generation of the spec that this status describes; -1 before the first look.
   */
  observedGeneration?: number;
  /**
   * Ready (this generation of this spec answers), AgentsLoaded, Progressing, MemoryReachable, ModelReachable, NetworkRestricted; Reconciling and Stalled only while true.
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
   * Base URL that the agents' cards advertise.
   */
  url?: string;
  /**
   * Secret with the API key that the operator generated, when it did.
   */
  apiKeySecretName?: string;
  /**
   * Pods of the server.
   */
  replicas?: number;
  /**
   * Pods that are ready.
   */
  readyReplicas?: number;
  /**
   * Ready and wanted pods, for example 2/3.
   */
  replicaSummary?: string;
  /**
   * Label selector of the pods, for the scale subresource.
   */
  selector?: string;
  /**
   * Hash of the agents that the pods should serve.
   */
  revision?: string;
  /**
   * Served and declared agents, for example 49/50.
   */
  agentSummary?: string;
  /**
   * The hosted agents, sorted by name.
   *
   * @maxItems 256
   */
  agents?: {
    /**
     * Name of the AgentDefinition.
     */
    name: string;
    /**
     * Generation of it that is served.
     */
    generation?: number;
    /**
     * Hash of what is served: the agent with its references resolved.
     */
    revision?: string;
    /**
     * Whether every ready pod serves the current generation.
     */
    loaded: boolean;
    /**
     * URL of the agent.
     */
    url?: string;
    /**
     * Why it is not served, where it is not.
     */
    message?: string;
  }[];
}
