/** An advice and guidance request: the request (A024), the conversation (A025) and the answer (A026). */
import { coding, type CommunicationRequest, type Conversation, parameters } from '../fhir.js';
import { html } from '../html.js';
import {
  codeInWords,
  dateTime,
  errorSummary,
  heading,
  hidden,
  postForm,
  radios,
  summaryList,
  textArea,
} from '../page.js';
import { type Answer, field, type Route, type Visit } from '../visit.js';
import { ubrnInGroups } from './worklist.js';

export const adviceRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/advice\/(?<ubrn>\d{12})$/, answer: (visit) => advicePage(visit) },
  { method: 'POST', path: /^\/advice\/(?<ubrn>\d{12})\/answer$/, answer: sendAdvice },
];

const OUTCOMES = ['RETURN_TO_REFERRER_WITH_ADVICE', 'REQUIRE_FURTHER_INFORMATION'];

const advicePath = ({ params }: Visit): string => `/FHIR/STU3/CommunicationRequest/${params['ubrn'] ?? ''}`;

async function advicePage(visit: Visit, error?: { message: string; field: string }): Promise<Answer> {
  const { json, headers } = await visit.send({ method: 'GET', path: advicePath(visit) });
  const request = json as CommunicationRequest;
  const ubrn = visit.params['ubrn'] ?? '';
  const basedOn = `CommunicationRequest/${ubrn}/_history/${request.meta?.versionId ?? ''}`;
  const conversation = await visit.send({
    method: 'GET',
    path: `/FHIR/STU3/Communication?${new URLSearchParams({ 'based-on': basedOn }).toString()}`,
  });
  const messages = ((conversation.json as Conversation).entry ?? []).map(
    ({ resource: { sent, category, note } }) =>
      html`<li>
        <p>
          <strong>${codeInWords(category?.[0]?.coding?.[0]?.code ?? '')}</strong>
          ${sent === undefined ? null : dateTime(sent)}
        </p>
        <p>${note?.[0]?.text ?? ''}</p>
      </li>`,
  );
  const errorOf = (name: string) => (error?.field === name ? error.message : undefined);
  return {
    title: `Advice request ${ubrnInGroups(ubrn)}`,
    status: error === undefined ? 200 : 400,
    body: html`${error === undefined ? null : errorSummary(error.message, error.field)}
      ${heading(`Advice request ${ubrnInGroups(ubrn)}`)}
      ${summaryList([['State', codeInWords(request.category?.[0]?.coding?.[0]?.code ?? '')]])}
      <h2>Conversation</h2>
      <ol class="messages">
        ${messages}
      </ol>
      <h2>Answer</h2>
      ${postForm(
        `/advice/${ubrn}/answer`,
        'Send',
        html`${hidden('version', headers.get('ETag') ?? '')}
        ${radios(
          'outcome',
          'What happens next?',
          OUTCOMES.map((value) => ({ value, label: codeInWords(value) })),
          errorOf('outcome'),
        )}
        ${textArea('guidance', 'Your advice', errorOf('guidance'))}`,
      )}`,
  };
}

async function sendAdvice(visit: Visit): Promise<Answer> {
  const outcome = field(visit.form, 'outcome');
  const guidance = field(visit.form, 'guidance');
  if (!OUTCOMES.includes(outcome))
    return advicePage(visit, { message: 'Select what happens next', field: 'outcome' });
  if (guidance === '') return advicePage(visit, { message: 'Enter your advice', field: 'guidance' });
  await visit.send({
    method: 'POST',
    path: `${advicePath(visit)}/$ers.sendCommunicationToRequester`,
    headers: { 'If-Match': field(visit.form, 'version') },
    json: parameters('eRS-SendCommunicationToRequester-Parameters-1', [
      { name: 'guidanceOutcome', valueCoding: coding('eRS-AdviceAndGuidanceOutcome-1', outcome) },
      { name: 'guidance', valueString: guidance },
    ]),
  });
  return { redirectTo: `/advice/${visit.params['ubrn'] ?? ''}` };
}
