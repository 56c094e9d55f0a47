/** A change that was taken and waits for a second person: no refusal, and not done. */
import { type PendingChangeView, pendingChange } from '@gatehouse/contracts/governance/change-resources';

export class AwaitingApproval extends Error {
  readonly change: PendingChangeView;
  constructor(body: unknown) {
    super('A colleague decides this change.');
    this.change = pendingChange.parse(body);
  }
}
