/** What became of a request, in the order in which people ask: how it ended, why, and who must act. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { sentenceCase } from '../../parts/words.js';

type Story = Pick<AnswerOf<'auditStory'>, 'refusal' | 'diagnosis'> & {
  readonly attempts: readonly Pick<
    AnswerOf<'auditStory'>['attempts'][number],
    'outcome' | 'status' | 'upstreamStatus' | 'code'
  >[];
};

export interface WhatHappened {
  readonly title: string;
  /** Null while the last attempt is open. */
  readonly outcome: string | null;
  readonly facts: readonly (readonly [name: string, text: string | number | null])[];
}

const [FIRST_ERROR, FIRST_SERVER_ERROR] = [400, 500];

export function whatHappened({ refusal, diagnosis, attempts }: Story): WhatHappened {
  const last = attempts.at(-1);
  const outcome = last === undefined ? 'REFUSED' : last.outcome;
  const code = last === undefined ? (refusal?.code ?? null) : last.code;
  const upstreamStatus = last?.upstreamStatus ?? null;
  const status = last === undefined ? (refusal?.status ?? null) : last.status;
  const words = outcome === null ? 'Not known yet' : sentenceCase(outcome);
  return {
    title: code === null ? words : `${words}: ${code}`,
    outcome,
    facts: [
      ['Status', status],
      ...(upstreamStatus === null ? [] : [['Status from e-RS', upstreamStatus] as const]),
      ...(diagnosis === null
        ? []
        : ([
            ['What NHS England’s answer shows', diagnosis.code],
            ['What it means', diagnosis.whatIsWrong],
          ] as const)),
      ...advice(refusal, diagnosis, upstreamStatus),
    ],
  };
}

function advice(
  refusal: Story['refusal'],
  diagnosis: Story['diagnosis'],
  upstreamStatus: number | null,
): WhatHappened['facts'] {
  if (refusal !== null)
    return [
      ['Reason', refusal.text],
      ['What to do', refusal.whatToDo],
      ['Who must act', diagnosis?.whoActs ?? refusal.whoActs],
    ];
  if (diagnosis !== null) return [['Who must act', diagnosis.whoActs]];
  if (upstreamStatus === null || upstreamStatus < FIRST_ERROR) return [];
  const isOfServer = upstreamStatus >= FIRST_SERVER_ERROR;
  return [
    [
      'Reason',
      'The answer of e-RS says what is wrong. Gatehouse passed it on to the caller and keeps no copy of it.',
    ],
    [
      'What to do',
      isOfServer
        ? 'Try again later. If it happens again, send the support bundle to NHS England.'
        : 'Read the answer that the caller received and correct the request.',
    ],
    ['Who must act', isOfServer ? 'NHS England' : 'caller'],
  ];
}
