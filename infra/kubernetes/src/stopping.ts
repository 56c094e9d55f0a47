/** Times that have to fit each other and those of Gatehouse. The test holds the relations; ADR 66 says why they are so. */

/** Between SIGTERM and SIGKILL. */
export const STOP_S = 210;
/**
 * From SIGTERM on connections are still taken, and `/ready` says that they should go elsewhere: Kubernetes needs three
 * probes, five seconds apart, to see it, and a balancer asks it.
 */
export const DRAIN_GRACE_MS = 15_000;
/** Then no more are taken, and calls under way have so long, which is more than the longest of them takes. */
export const DRAIN_MS = 190_000;
