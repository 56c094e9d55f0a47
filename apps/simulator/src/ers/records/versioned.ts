/** A resource with all its versions, each as the bytes that are served: version n is `versions[n - 1]`. */
export interface Versioned {
  readonly versions: Buffer[];
  /** Somebody is editing it in e-RS: writes get 423. */
  locked?: boolean;
}

export const currentVersion = (resource: Versioned): number => resource.versions.length;
