/** One budget for the bodies that all requests together hold in memory, so that many large ones can't exhaust it (law 11). */
import type { ServerResponse } from 'node:http';
import { GatewayError } from '@gatehouse/domain/errors';

/** The share of one request. */
export interface BodyShare {
  /** Takes the bytes, or returns false if that would exceed the budget. */
  mayTake(bytes: number): boolean;
  /** @throws GW_OVERLOAD if so many bytes more would exceed the budget */
  take(bytes: number): void;
  /** Takes the bytes even above the budget: the answer to a write that was sent must be read. */
  takeAlways(bytes: number): void;
  giveBack(): void;
  /** Gives everything back once the answer has left, or its caller has gone. */
  giveBackAfter(response: ServerResponse): void;
}

export interface BodyBudget {
  share(): BodyShare;
  readonly usedBytes: () => number;
}

export function createBodyBudget(limitBytes: number): BodyBudget {
  let usedBytes = 0;
  const share = (): BodyShare => {
    let ownBytes = 0;
    const takeAlways = (bytes: number): void => {
      ownBytes += bytes;
      usedBytes += bytes;
    };
    const mayTake = (bytes: number): boolean => {
      if (usedBytes + bytes > limitBytes) return false;
      takeAlways(bytes);
      return true;
    };
    const giveBack = (): void => {
      usedBytes -= ownBytes;
      ownBytes = 0;
    };
    return {
      mayTake,
      take(bytes) {
        if (!mayTake(bytes))
          throw new GatewayError('GW_OVERLOAD', { detail: 'bodies in memory exceed their budget' });
      },
      takeAlways,
      giveBack,
      giveBackAfter(response) {
        if (response.closed) giveBack();
        else response.once('close', giveBack);
      },
    };
  };
  return { share, usedBytes: () => usedBytes };
}
