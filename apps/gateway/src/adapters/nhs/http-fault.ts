/**
 * How a call failed. `not-sent`: no byte can have left. `tls`: the host's identity failed, no byte left. `timeout` and
 * `broken`: bytes may have arrived. `protocol`: what came back is not HTTP as it should be.
 */
export type HttpFault = 'not-sent' | 'tls' | 'timeout' | 'broken' | 'protocol';

export class HttpCallError extends Error {
  override readonly name = 'HttpCallError';
  readonly fault: HttpFault;
  constructor(fault: HttpFault, cause: unknown) {
    super(fault, { cause });
    this.fault = fault;
  }
}

const TLS_FAULT =
  /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO$)/;

export function callFault(error: unknown, isConnected: boolean, signal: AbortSignal): HttpFault {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (!isConnected) return TLS_FAULT.test(code) ? 'tls' : 'not-sent';
  const isOverTime = signal.aborted && (signal.reason as Error).name === 'TimeoutError';
  return name === 'TimeoutError' || isOverTime ? 'timeout' : bodyFault(error);
}

/** How it failed, for an error of an answer's body. */
export function bodyFault(error: unknown): HttpFault {
  if (error instanceof HttpCallError) return error.fault;
  const { code = '' } = error as { code?: string };
  return code.startsWith('HPE_') ? 'protocol' : 'broken';
}
