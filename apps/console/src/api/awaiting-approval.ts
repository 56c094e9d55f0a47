/** The gateway accepted a change but waits for a second person: not an error, and not done yet. */
import { type PendingChangeView, pendingChange } from '@gatehouse/contracts/governance/change-resources';

export class AwaitingApproval extends Error {
  readonly change: PendingChangeView;
  constructor(body: unknown) {
    super('A second person must approve this change.');
    this.change = pendingChange.parse(body);
  }
}
