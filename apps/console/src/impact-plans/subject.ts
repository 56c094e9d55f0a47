import type { AnswerOf } from '@gatehouse/contracts/routes';

type Event = AnswerOf<'impactPlanShow'>['event'];

/** “R69 closes”, as the heading of its plan. */
export function subjectInWords({ event }: { readonly event: Event }): string {
  switch (event.kind) {
    case 'organisation-closes':
      return `${event.odsCode} closes`;
    case 'organisation-merges':
      return `${event.odsCode} merges into ${event.successor}`;
    case 'organisation-changes-code':
      return `${event.odsCode} becomes ${event.successor}`;
    case 'sro-leaves':
      return 'An SRO leaves';
    case 'key-suspected':
      return `Key ${event.kid} is suspected`;
  }
}
