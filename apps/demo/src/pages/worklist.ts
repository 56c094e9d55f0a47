/** What waits for the user: A008 (referrals) and A023 (advice and guidance requests). */
import { codesIn, type Extension, parameters, patientsIn, valueOf, type Worklist } from '../fhir.js';
import { html, type Html } from '../html.js';
import { codeInWords, heading } from '../page.js';
import { type Answer, type Route, signedIn, type Visit } from '../visit.js';

export const worklistRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/worklist$/, answer: worklistPage },
];

const ADVICE = 'ADVICE_AND_GUIDANCE_REQUESTS';
const LISTS: Readonly<Record<'referrer' | 'provider', readonly string[]>> = {
  referrer: ['AWAITING_BOOKING', 'LETTERS_OUTSTANDING', 'REJECTED_TRIAGE_RESPONSE'],
  provider: ['REFERRALS_FOR_REVIEW', 'APPOINTMENT_SLOT_ISSUES', 'APPOINTMENTS_FOR_BOOKING', ADVICE],
};

async function worklistPage(visit: Visit): Promise<Answer> {
  const { role } = signedIn(visit);
  if (role === null) return { redirectTo: '/role' };
  const lists = LISTS[role.businessFunction.startsWith('REFERRING') ? 'referrer' : 'provider'];
  const list = visit.query.get('list') ?? lists[0] ?? '';
  const isAdvice = list === ADVICE;
  const { json } = await visit.send({
    method: 'POST',
    path: `/FHIR/STU3/${isAdvice ? 'CommunicationRequest' : 'ReferralRequest'}/$ers.fetchworklist`,
    json: parameters('eRS-FetchWorklist-Parameters-1', [
      {
        name: 'listType',
        valueCodeableConcept: {
          coding: [
            {
              system: `https://fhir.nhs.uk/STU3/CodeSystem/eRS-${isAdvice ? 'AdviceAndGuidanceListSelector' : 'ReferralListSelector'}-1`,
              code: list,
            },
          ],
        },
      },
    ]),
  });
  const worklist = json as Worklist;
  return {
    title: codeInWords(list),
    body: html`${heading(codeInWords(list))}
      <nav aria-label="Worklists">
        <ul class="tabs">
          ${lists.map(
            (name) =>
              html`<li>
                <a href="/worklist?list=${name}" ${name === list ? html`aria-current="page"` : null}
                  >${codeInWords(name)}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
      ${table(worklist)}`,
  };
}

function table(worklist: Worklist): Html {
  const entries = worklist.entry ?? [];
  if (entries.length === 0) return html`<p>Nothing waits on this list.</p>`;
  const patients = patientsIn(worklist);
  const rows = entries.map(({ item, extension }) => {
    const [kind = '', ubrn = ''] = item.reference.split('/');
    const parts: readonly Extension[] = extension?.[0]?.extension ?? [];
    const patient = patients.get(valueOf(parts, 'patient')?.valueReference?.reference ?? '');
    const page = kind === 'CommunicationRequest' ? 'advice' : 'referrals';
    return html`<tr>
      <td data-label="UBRN"><a href="/${page}/${ubrn}">${ubrnInGroups(ubrn)}</a></td>
      <td data-label="NHS number">${nhsNumberInGroups(patient ?? '')}</td>
      <td data-label="Priority">${codesIn(valueOf(parts, 'priority')).map(codeInWords)}</td>
      <td data-label="Service">${valueOf(parts, 'service')?.valueReference?.display ?? ''}</td>
    </tr>`;
  });
  return html`<table>
    <thead>
      <tr>
        <th scope="col">UBRN</th>
        <th scope="col">NHS number</th>
        <th scope="col">Priority</th>
        <th scope="col">Service</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

const nhsNumberInGroups = (number: string): string => number.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');

export const ubrnInGroups = (ubrn: string): string => ubrn.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1 $2 $3');
