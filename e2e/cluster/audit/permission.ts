/** One thing that can be granted and done: what a rule of RBAC is made of. */
export interface Permission {
  apiGroup: string;
  /** Plural; a subresource follows after a slash. */
  resource: string;
  verb: string;
}

/** `apps/deployments get`; the core group has no name. */
export function permissionText({ apiGroup, resource, verb }: Permission): string {
  return `${apiGroup === '' ? 'core' : apiGroup}/${resource} ${verb}`;
}
