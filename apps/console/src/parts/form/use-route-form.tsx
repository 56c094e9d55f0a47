/** Checks a form in the browser, calls its route, and keeps what was typed until that has worked. */
import { type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { useState } from 'react';
import { useNotify, useRefresh } from 'react-admin';
import { AwaitingApproval } from '../../api/awaiting-approval.js';
import { callRouteWith } from '../../api/call-route.js';
import { type FieldFault, ProblemError } from '../../api/problem-error.js';
import { checkForm, problemOfFaults } from './faults.js';
import { bodyOfEdit, bodyOfNew, type Field, textsOf } from './fields.js';
import { SentForApproval } from './sent-for-approval.js';

export interface RouteForm {
  readonly route: RouteName;
  readonly params?: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
  /** Sent in the body beside the fields. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** The ETag of the record to edit. Only fields that differ from their initial text are sent then. */
  readonly ifMatch?: string | null;
  /** Shown once the change is made. */
  readonly done: string;
}

interface FormState {
  readonly isBusy: boolean;
  readonly faults: readonly FieldFault[];
  /** What is wrong with the form as a whole. */
  readonly problem: ProblemError | null;
  /** What the route answered. */
  readonly answer: unknown;
}

const BLANK: FormState = { isBusy: false, faults: [], problem: null, answer: null };

/** @param close called when there is nothing more to show; @param keepsOpen the answer is shown in the form's place */
export function useRouteForm(form: RouteForm, keepsOpen: boolean, close: () => void) {
  const [state, setState] = useState<FormState>(BLANK);
  const [notify, refresh] = [useNotify(), useRefresh()];

  const fail = (faults: readonly FieldFault[], problem: ProblemError | null): void => {
    setState({ ...BLANK, faults, problem });
  };
  const finish = (): void => {
    // Not before: a reload that fails could take the page away, and with it what is shown only once.
    if (state.answer !== null) refresh();
    setState(BLANK);
    close();
  };
  const submit = async (element: HTMLFormElement): Promise<void> => {
    const { route, params, fields, fixed, ifMatch, done } = form;
    const texts = textsOf(fields, new FormData(element));
    const isEdit = ifMatch !== undefined;
    const values = isEdit ? bodyOfEdit(fields, texts) : bodyOfNew(fields, texts);
    if (isEdit && Object.keys(values).every((name) => name === 'reason')) {
      fail([], new ProblemError(0, 'You have not changed anything.'));
      return;
    }
    const body = { ...fixed, ...values };
    const { body: schema }: RouteContract = routes[route];
    const faults = checkForm(fields, texts, body, schema);
    if (faults.length > 0) {
      fail(faults, problemOfFaults(fields, faults));
      return;
    }
    setState({ ...BLANK, isBusy: true });
    try {
      const answer = await callRouteWith(route, { params, body, ...(isEdit && { ifMatch: ifMatch ?? '' }) });
      notify(done, { type: 'success' });
      if (keepsOpen) {
        setState({ ...BLANK, answer });
      } else {
        refresh();
        finish();
      }
    } catch (error) {
      if (error instanceof AwaitingApproval) {
        refresh();
        notify(<SentForApproval change={error.change} />, { type: 'info', autoHideDuration: 10_000 });
        finish();
      } else if (error instanceof ProblemError) {
        fail(error.faults, problemOfFaults(fields, error.faults, error));
      } else {
        fail([], new ProblemError(0, 'Something went wrong. Try again.'));
        throw error;
      }
    }
  };
  return { state, submit, finish };
}
