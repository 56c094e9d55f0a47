import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, AlertTitle, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Copyable } from '../parts/copyable.js';
import { moment } from '../parts/dates.js';

type Answers = AnswerOf<'applicationChecklist'>['nhs'];

/** What NHS England last said about an application: the steps only show what is entered in Gatehouse. */
export function NhsAnswers({ token, read }: Answers) {
  if (token === null && read === null)
    return (
      <Alert severity="info" sx={{ mb: 1 }}>
        The steps show what is entered here. NHS England has not been asked about this application.
      </Alert>
    );
  return (
    <>
      {token === null ? null : <TokenAnswer {...token} />}
      {read === null ? null : <ReadAnswer {...read} />}
    </>
  );
}

function TokenAnswer({ at, changedSince, refusal }: NonNullable<Answers['token']>) {
  if (refusal === null)
    return (
      <Answer severity="success" title={`NHS England issued an access token on ${moment(at)}.`}>
        {changedSince ? CHANGED_SINCE : null}
      </Answer>
    );
  const { whatIsWrong, whatToDo, whoActs, messageId } = refusal;
  return (
    <Answer severity="error" title={`NHS England refused an access token on ${moment(at)}.`}>
      <Typography>{whatIsWrong}</Typography>
      <Typography>
        {whatToDo} Who must act: {whoActs}.
      </Typography>
      {messageId === null ? null : <Copyable text={messageId} name="Message id for NHS England support" />}
      {changedSince ? CHANGED_SINCE : null}
    </Answer>
  );
}

function ReadAnswer({ at, changedSince, interaction, status, diagnosis }: NonNullable<Answers['read']>) {
  return (
    <Answer
      severity={diagnosis === null ? 'success' : 'error'}
      title={`e-RS answered ${interaction} with status ${status} on ${moment(at)}.`}
    >
      {diagnosis === null ? null : (
        <>
          <Typography>{diagnosis.whatIsWrong}</Typography>
          <Typography>Who must act: {diagnosis.whoActs}.</Typography>
        </>
      )}
      {changedSince ? CHANGED_SINCE : null}
    </Answer>
  );
}

interface AnswerProps {
  readonly severity: 'success' | 'error';
  readonly title: string;
  readonly children: ReactNode;
}

function Answer({ severity, title, children }: AnswerProps) {
  return (
    <Alert severity={severity} sx={{ mb: 1 }}>
      <AlertTitle>{title}</AlertTitle>
      {children}
    </Alert>
  );
}

const CHANGED_SINCE = <Typography>The application has changed since then.</Typography>;
