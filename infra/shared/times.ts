/** Times of Gatehouse itself (apps/gateway/src/config/config.ts) that a deployment has to fit. */

/** GATEHOUSE_TOTAL_MS: no call to e-RS lasts longer. */
export const LONGEST_CALL_S = 185;

/**
 * A balancer must not close a connection on which a request is still running, and Gatehouse must keep an idle one for
 * longer than the balancer does, or a request meets a connection that has just been closed, and is answered with 502.
 */
export const WEB_IDLE_S = {
  // Node takes 300 s at most for a request of the admin API, such as a large registry file.
  admin: { longestRequest: 300, balancer: 330, keepAlive: 340 },
  // PUBLIC_REQUEST_MS, and then calls of CIS2.
  public: { longestRequest: 40, balancer: 60, keepAlive: 70 },
} as const;
