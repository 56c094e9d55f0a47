/** A resource with all its versions, each as the bytes that are served: version n is `versions[n - 1]`. */
export interface Versioned {
  readonly versions: Buffer[];
  /** True while somebody edits it in e-RS: a write is answered with 423. */
  locked?: boolean;
}

export const currentVersion = (resource: Versioned): number => resource.versions.length;
