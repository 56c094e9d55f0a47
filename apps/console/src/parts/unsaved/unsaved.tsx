/** Asks before what somebody has entered is lost. */
import { useCallback, useEffect } from 'react';
import { useBeforeUnload, useBlocker } from 'react-router-dom';

/** Whether what was entered may be thrown away. As react-admin asks it, with the browser’s own dialog. */
export const mayDiscard = (): boolean => window.confirm('What you have entered is not saved. Discard it?');

/** Rendered only while there is something to lose, because a router asks one blocker only. */
export function Unsaved() {
  useBeforeUnload(
    useCallback((event: BeforeUnloadEvent) => {
      event.preventDefault();
    }, []),
  );
  // The steps and filters of a page are in its address, and change nothing that was entered.
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    if (mayDiscard()) blocker.proceed();
    else blocker.reset();
  }, [blocker]);
  return null;
}
