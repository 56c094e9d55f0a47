import type { PendingChangeView } from '@gatehouse/contracts/governance/change-resources';

/** Not a refusal: the change is kept, and answered with 202, until a second person decides. */
export class AwaitingApproval extends Error {
  override readonly name = 'AwaitingApproval';
  readonly change: PendingChangeView;
  constructor(change: PendingChangeView) {
    super('the change waits for a second person');
    this.change = change;
  }
}
