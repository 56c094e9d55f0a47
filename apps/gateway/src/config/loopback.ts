const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Whether a host is this machine itself, which nobody else can reach. @param host without a port */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);
