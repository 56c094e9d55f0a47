/** What NHS England said about an application, in words for people. */
import type { DoctorReport } from '@gatehouse/contracts/operation/operation-resources';
import { recordedDiagnosis } from '@gatehouse/domain/apim/diagnosis';
import { recordedTokenRefusal, TOKEN_REFUSALS } from '@gatehouse/domain/apim/token-refusal';
import type { NhsAnswers } from '../../adapters/audit/read/nhs-answers.js';

/** @param changedAtVersion the registry's version at the last change of the application */
export function nhsView({ token, read }: NhsAnswers, changedAtVersion: number): DoctorReport['nhs'] {
  return {
    token: token === null ? null : { ...seen(token, changedAtVersion), refusal: refusalOf(token.refusal) },
    read:
      read === null
        ? null
        : {
            ...seen(read, changedAtVersion),
            attemptId: read.attemptId,
            interaction: read.interaction,
            status: read.status,
            diagnosis: diagnosisOf(read.diagnosis),
          },
  };
}

/** Whether nothing that NHS England said stands in the way. An outage of its token service passes by itself. */
export function isClear({ token, read }: DoctorReport['nhs']): boolean {
  const refused = token !== null && token.refusal !== null && token.refusal.code !== 'UNAVAILABLE';
  return !refused && (read === null || read.diagnosis === null);
}

function seen(answer: { readonly atMs: number; readonly registryVersion: number }, changedAtVersion: number) {
  return {
    at: new Date(answer.atMs).toISOString(),
    changedSince: answer.registryVersion < changedAtVersion,
  };
}

function refusalOf(refusal: { readonly diagnosis: string; readonly messageId: string | null } | null) {
  if (refusal === null) return null;
  const code = recordedTokenRefusal(refusal.diagnosis);
  return { code, ...TOKEN_REFUSALS[code], messageId: refusal.messageId };
}

function diagnosisOf(code: string | null) {
  const diagnosis = recordedDiagnosis(code);
  return diagnosis === null
    ? null
    : { code: diagnosis.code, whatIsWrong: diagnosis.whatIsWrong, whoActs: diagnosis.whoMustAct };
}
