import type { IncomingMessage } from 'node:http';
import { GatewayError } from '@gatehouse/domain/errors';
import { brokenFraming } from '@gatehouse/domain/input/framing-rules';
import { connectionOf } from './connection.js';

/**
 * Calls back once if the rest of a body will never come, with what the caller is answered: the parser's own fault, or
 * GW_FRAMING (incomplete).
 * @returns a function that stops watching
 */
export function watchForBreak(request: IncomingMessage, onBreak: (error: GatewayError) => void): () => void {
  const broken = connectionOf(request.socket).bodySignal(request);
  const notice = (): void => {
    const reason: unknown = broken?.reason;
    onBreak(
      reason instanceof GatewayError ? reason : new GatewayError('GW_FRAMING', brokenFraming('incomplete')),
    );
  };
  const onClose = (): void => {
    if (!request.readableEnded) notice();
  };
  if (broken?.aborted === true) {
    notice();
    return () => undefined;
  }
  request.on('close', onClose).on('error', notice);
  broken?.addEventListener('abort', notice);
  return () => {
    request.off('close', onClose).off('error', notice);
    broken?.removeEventListener('abort', notice);
  };
}
