/** A referral (A005), and what a provider decides about it: accept it (A013) or record the outcome of triage (A028). */
import {
  type Appointment,
  codesIn,
  coding,
  lettersIn,
  parameters,
  type ReferralRequest,
  servicesIn,
  valueOf,
} from '../fhir.js';
import { html, type Html, type HtmlPart } from '../html.js';
import {
  codeInWords,
  dateTime,
  errorSummary,
  heading,
  hidden,
  linkButton,
  postForm,
  radios,
  summaryList,
  textArea,
} from '../page.js';
import { type Answer, field, type Route, signedIn, type Visit } from '../visit.js';
import { ubrnInGroups } from './worklist.js';

export const referralRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/referrals\/(?<ubrn>\d{12})$/, answer: (visit) => referralPage(visit) },
  { method: 'POST', path: /^\/referrals\/(?<ubrn>\d{12})\/accept$/, answer: acceptReferral },
  { method: 'POST', path: /^\/referrals\/(?<ubrn>\d{12})\/triage$/, answer: recordOutcome },
];

const OUTCOMES = ['ACCEPT_REFER_BOOK_LATER', 'RETURN_TO_REFERRER_WITH_ADVICE', 'RETURN_TO_REFERRER'];

export const referralPath = ({ params }: Visit): string =>
  `/FHIR/STU3/ReferralRequest/${params['ubrn'] ?? ''}`;

/** A referral and its version, which a change must name in If-Match. */
export async function readReferral(visit: Visit): Promise<{ referral: ReferralRequest; version: string }> {
  const { json, headers } = await visit.send({ method: 'GET', path: referralPath(visit) });
  return { referral: json as ReferralRequest, version: headers.get('ETag') ?? '' };
}

async function referralPage(visit: Visit, error?: { message: string; field: string }): Promise<Answer> {
  const { referral, version } = await readReferral(visit);
  const extensions = referral.extension ?? [];
  const state = valueOf(valueOf(extensions, 'ReferralState')?.extension ?? [], 'state')?.valueCoding;
  const appointmentId = valueOf(extensions, 'Appointment')?.valueReference?.reference?.split('/').at(-1);
  const ubrn = visit.params['ubrn'] ?? '';
  const isReferrer = signedIn(visit).role?.businessFunction.startsWith('REFERRING') === true;
  const letters = lettersIn(referral);
  const notes = (referral.note ?? []).flatMap(({ text }) => text ?? []);
  const paragraphs = (texts: readonly string[]): HtmlPart =>
    texts.length === 0 ? 'none' : texts.map((text) => html`<p>${text}</p>`);
  return {
    title: `Referral ${ubrnInGroups(ubrn)}`,
    status: error === undefined ? 200 : 400,
    body: html`${error === undefined ? null : errorSummary(error.message, error.field)}
    ${heading(`Referral ${ubrnInGroups(ubrn)}`)}
    ${summaryList([
      ['State', state?.display ?? state?.code ?? 'not known'],
      ['Priority', codesIn(valueOf(extensions, 'ReferralPriority')).map(codeInWords)],
      ['Services', servicesIn(referral).map(({ name }) => html`<p>${name}</p>`)],
      ['Letters', paragraphs(letters)],
      ['Notes', paragraphs(notes)],
    ])}
    ${appointmentId === undefined ? null : await appointmentPart(visit, appointmentId, isReferrer)}
    ${isReferrer ? referrerPart(ubrn, appointmentId === undefined) : providerPart(ubrn, version, error)}`,
  };
}

async function appointmentPart(visit: Visit, id: string, mayCancel: boolean): Promise<Html> {
  const { json, headers } = await visit.send({ method: 'GET', path: `/FHIR/STU3/Appointment/${id}` });
  const { start, status } = json as Appointment;
  return html`<h2>Appointment</h2>
    <p>${start === undefined ? codeInWords(status ?? '') : dateTime(start)}</p>
    ${
      mayCancel
        ? postForm(
            `/referrals/${visit.params['ubrn'] ?? ''}/appointments/${id}/cancel`,
            'Cancel the appointment',
            hidden('version', headers.get('ETag') ?? ''),
          )
        : null
    }`;
}

const referrerPart = (ubrn: string, mayBook: boolean): Html =>
  html`${mayBook ? linkButton(`/referrals/${ubrn}/book`, 'Book an appointment') : null}
  ${linkButton(`/referrals/${ubrn}/letter`, 'Attach a letter')}`;

function providerPart(ubrn: string, version: string, error?: { message: string; field: string }): Html {
  const errorOf = (name: string) => (error?.field === name ? error.message : undefined);
  return html`<h2>Accept</h2>
    ${postForm(`/referrals/${ubrn}/accept`, 'Accept the referral', hidden('version', version))}
    <h2>Triage</h2>
    ${postForm(
      `/referrals/${ubrn}/triage`,
      'Record the outcome',
      html`${hidden('version', version)}
      ${radios(
        'outcome',
        'What is the outcome of the triage?',
        OUTCOMES.map((value) => ({ value, label: codeInWords(value) })),
        errorOf('outcome'),
      )}
      ${textArea('comments', 'Comments for the referrer', errorOf('comments'))}`,
    )}`;
}

async function acceptReferral(visit: Visit): Promise<Answer> {
  await visit.send({
    method: 'POST',
    path: `${referralPath(visit)}/$ers.acceptReferral`,
    headers: { 'If-Match': field(visit.form, 'version') },
  });
  return { redirectTo: `/referrals/${visit.params['ubrn'] ?? ''}` };
}

async function recordOutcome(visit: Visit): Promise<Answer> {
  const outcome = field(visit.form, 'outcome');
  const comments = field(visit.form, 'comments');
  if (!OUTCOMES.includes(outcome))
    return referralPage(visit, { message: 'Select the outcome of the triage', field: 'outcome' });
  if (outcome.startsWith('RETURN') && comments === '')
    return referralPage(visit, { message: 'Enter comments for the referrer', field: 'comments' });
  await visit.send({
    method: 'POST',
    path: `${referralPath(visit)}/$ers.recordReviewOutcome`,
    headers: { 'If-Match': field(visit.form, 'version') },
    json: parameters('eRS-RecordReviewOutcome-Parameters-1', [
      { name: 'reviewOutcome', valueCoding: coding('eRS-ReviewOutcome-1', outcome) },
      ...(comments === '' ? [] : [{ name: 'reviewComments', valueString: comments }]),
    ]),
  });
  return { redirectTo: `/referrals/${visit.params['ubrn'] ?? ''}` };
}
