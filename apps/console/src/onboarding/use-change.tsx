import { useNotify, useRefresh } from 'react-admin';
import { AwaitingApproval } from '../api/awaiting-approval.js';
import { SentForApproval } from '../parts/form/sent-for-approval.js';
import { useAddress } from './use-address.js';

/**
 * Makes the change of a step, says that it is made or that it waits for a second person, and reads the page again.
 * @param after `stays`: at this step, until what is shown only once is saved
 * @returns a function that throws what is wrong with the change
 */
export function useChange(after: 'goes on' | 'stays' = 'goes on') {
  const [notify, refresh] = [useNotify(), useRefresh()];
  const { goOn } = useAddress();
  return async (change: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await change();
      notify(done, { type: 'success' });
      if (after === 'goes on') goOn();
    } catch (error) {
      if (!(error instanceof AwaitingApproval)) throw error;
      notify(<SentForApproval change={error.change} />, { type: 'info', autoHideDuration: 10_000 });
    } finally {
      refresh();
    }
  };
}
