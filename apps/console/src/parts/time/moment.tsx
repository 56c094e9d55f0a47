import { age, exactMoment, moment, NONE } from '../dates.js';

/** When something happened, on the page of a record; to the millisecond and with the zone on hover. */
export function Moment({ at }: { readonly at: string | null }) {
  return at === null ? (
    NONE
  ) : (
    <time dateTime={at} title={exactMoment(at)}>
      {moment(at)}
    </time>
  );
}

/** How long ago something happened, with the exact time on hover. */
export function Age({ at, nowMs }: { readonly at: string; readonly nowMs: number }) {
  return (
    <time dateTime={at} title={exactMoment(at)}>
      {age(at, nowMs)}
    </time>
  );
}
