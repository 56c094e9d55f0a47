import type { Socket } from 'node:net';

export interface PumpPlan {
  /** Stop after this many bytes and call `whenStopped`. */
  readonly stopAfterBytes?: number;
  readonly bytesPerSecond?: number;
  whenStopped(): void;
  whenDone(): void;
}

const TICK_MS = 100;

/** Writes chunks to a socket with back-pressure, optionally slowly and optionally only up to a point. */
export function pump(socket: Socket, source: Iterable<Buffer>, plan: PumpPlan): void {
  const chunks = source[Symbol.iterator]();
  let left = plan.stopAfterBytes ?? Number.POSITIVE_INFINITY;
  let pending: Buffer = Buffer.alloc(0);

  const nextPiece = (maxBytes: number): Buffer | undefined => {
    while (pending.length === 0) {
      const next = chunks.next();
      if (next.done === true) return undefined;
      pending = next.value;
    }
    const piece = pending.subarray(0, Math.min(maxBytes, left));
    pending = pending.subarray(piece.length);
    left -= piece.length;
    return piece;
  };
  const stop = () => {
    // The client must receive what was written before the reset.
    setTimeout(() => plan.whenStopped(), 20).unref();
  };

  if (plan.bytesPerSecond === undefined) {
    const run = () => {
      for (;;) {
        if (socket.destroyed) return;
        if (left <= 0) return stop();
        const piece = nextPiece(65_536);
        if (piece === undefined) return plan.whenDone();
        if (!socket.write(piece)) {
          socket.once('drain', run);
          return;
        }
      }
    };
    run();
    return;
  }
  const everyMs = Math.max(TICK_MS, 1000 / plan.bytesPerSecond);
  const perTick = Math.max(1, Math.round((plan.bytesPerSecond * everyMs) / 1000));
  const timer = setInterval(() => {
    if (left <= 0) {
      clearInterval(timer);
      stop();
      return;
    }
    const piece = nextPiece(perTick);
    if (piece === undefined) {
      clearInterval(timer);
      plan.whenDone();
    } else socket.write(piece);
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
