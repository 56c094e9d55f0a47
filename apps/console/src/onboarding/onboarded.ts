import type { AnswerOf } from '@gatehouse/contracts/routes';

/** What the steps of an application know. */
export interface Onboarded {
  readonly odsCode: string;
  readonly application: AnswerOf<'applicationShow'>;
  readonly checklist: AnswerOf<'applicationChecklist'>['steps'];
}
