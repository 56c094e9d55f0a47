import type { PendingChangeView } from '@gatehouse/contracts/governance/change-resources';

/** “platform engineer or governance officer”, and so on for each further role that is needed. */
export const rolesThatDecide = ({ deciders }: Pick<PendingChangeView, 'deciders'>): string =>
  deciders.map((roles) => roles.join(' or ').replaceAll('-', ' ')).join('; and ');
