/** Condition types of both kinds. `Reconciling` and `Stalled` exist only while they are true (kstatus). */
export const CONDITION = {
  Ready: 'Ready',
  AgentsLoaded: 'AgentsLoaded',
  Progressing: 'Progressing',
  MemoryReachable: 'MemoryReachable',
  ModelReachable: 'ModelReachable',
  NetworkRestricted: 'NetworkRestricted',
  Reconciling: 'Reconciling',
  Stalled: 'Stalled',
  Accepted: 'Accepted',
  ResolvedRefs: 'ResolvedRefs',
  Served: 'Served',
} as const;

/** Reasons, in the words of the Kubernetes API conventions: CamelCase, for programs. */
export const REASON = {
  Ready: 'Ready',
  ScaledToZero: 'ScaledToZero',
  RollingOut: 'RollingOut',
  RolledOut: 'RolledOut',
  PodsNotReady: 'PodsNotReady',
  LoadingAgents: 'LoadingAgents',
  AgentsLoaded: 'AgentsLoaded',
  AgentsNotLoaded: 'AgentsNotLoaded',
  StatusUnreadable: 'StatusUnreadable',
  Reachable: 'Reachable',
  Unreachable: 'Unreachable',
  Unknown: 'Unknown',
  DefaultDeny: 'DefaultDeny',
  DestinationsClosed: 'DestinationsClosed',
  IngressControllersUnknown: 'IngressControllersUnknown',
  NetworkPolicyDisabled: 'NetworkPolicyDisabled',
  NetworkPolicyMissing: 'NetworkPolicyMissing',
  SecretNotFound: 'SecretNotFound',
  SecretNotGranted: 'SecretNotGranted',
  ConfigMapNotFound: 'ConfigMapNotFound',
  NameTaken: 'NameTaken',
  ChildTerminating: 'ChildTerminating',
  InvalidSpec: 'InvalidSpec',
  Refused: 'Refused',
  ApplyFailed: 'ApplyFailed',
  WaitingForRolloutSlot: 'WaitingForRolloutSlot',
  Accepted: 'Accepted',
  Resolved: 'Resolved',
  NotSelected: 'NotSelected',
  NotServed: 'NotServed',
  Served: 'Served',
  Suspended: 'Suspended',
} as const;

export type ConditionType = (typeof CONDITION)[keyof typeof CONDITION];
export type Reason = (typeof REASON)[keyof typeof REASON];
