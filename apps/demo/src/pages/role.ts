/** Who the user is, in which role they act, and on whose behalf. */
import type { UserSession } from '../gatehouse.js';
import { html } from '../html.js';
import { dateTime, errorSummary, heading, postForm, radios, summaryList } from '../page.js';
import { type Answer, field, type Route, signedIn, type Visit } from '../visit.js';

/** The one function that acts for somebody else. */
const CLINICIAN_ADMIN = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';

export const roleRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/role$/, answer: (visit) => rolePage(visit) },
  { method: 'POST', path: /^\/role$/, answer: chooseRole },
  { method: 'GET', path: /^\/on-behalf-of$/, answer: (visit) => onBehalfOfPage(visit) },
  { method: 'POST', path: /^\/on-behalf-of$/, answer: chooseOnBehalfOf },
  { method: 'GET', path: /^\/me$/, answer: mePage },
];

function rolePage(visit: Visit, error?: string): Answer {
  const choices = signedIn(visit).roles.map(({ organisation, businessFunction, inWords }) => ({
    value: `${organisation} ${businessFunction}`,
    label: inWords,
  }));
  return {
    title: 'Choose a role',
    status: error === undefined ? 200 : 400,
    body: html`${error === undefined ? null : errorSummary(error, 'role')} ${heading('Choose a role')}
    ${postForm('/role', 'Continue', radios('role', 'In which role are you working?', choices, error))}`,
  };
}

async function chooseRole(visit: Visit): Promise<Answer> {
  const [organisation = '', businessFunction = ''] = field(visit.form, 'role').split(' ');
  if (organisation === '') return rolePage(visit, 'Select a role');
  await putRole(visit, { organisation, businessFunction });
  return { redirectTo: businessFunction === CLINICIAN_ADMIN ? '/on-behalf-of' : '/worklist' };
}

async function onBehalfOfPage(visit: Visit, error?: string): Promise<Answer> {
  const { json } = await visit.send({ method: 'GET', path: '/user-session/on-behalf-of' });
  const { people } = json as { people: { userId: string; name: string | null }[] };
  const choices = people.map(({ userId, name }) => ({
    value: userId,
    label: name === null ? userId : `${name} (${userId})`,
  }));
  return {
    title: 'Choose a clinician',
    status: error === undefined ? 200 : 400,
    body: html`${error === undefined ? null : errorSummary(error, 'person')} ${heading('Choose a clinician')}
    ${
      choices.length === 0
        ? html`<p>
            e-RS lists nobody for whom you may act. Ask the person who manages services in e-RS at your
            organisation, or <a href="/role">choose another role</a>.
          </p>`
        : postForm(
            '/on-behalf-of',
            'Continue',
            radios('person', 'On whose behalf are you working?', choices, error),
          )
    }`,
  };
}

async function chooseOnBehalfOf(visit: Visit): Promise<Answer> {
  const onBehalfOf = field(visit.form, 'person');
  if (onBehalfOf === '') return onBehalfOfPage(visit, 'Select a clinician');
  const { role } = signedIn(visit);
  if (role === null) return { redirectTo: '/role' };
  const { organisation, businessFunction } = role;
  await putRole(visit, { organisation, businessFunction, onBehalfOf });
  return { redirectTo: '/worklist' };
}

async function putRole(visit: Visit, role: object): Promise<void> {
  const { json } = await visit.send({ method: 'PUT', path: '/user-session/role', json: role });
  visit.session.user = { ...signedIn(visit), ...(json as UserSession) };
}

async function mePage(visit: Visit): Promise<Answer> {
  const { json } = await visit.send({ method: 'GET', path: '/user-session' });
  const session = json as UserSession;
  visit.session.user = { ...signedIn(visit), ...session };
  return {
    title: 'Who am I?',
    body: html`${heading('Who am I?')}
    ${summaryList([
      ['Name', session.user.name ?? 'not known'],
      ['CIS2 user id', session.user.userId],
      [
        'Authentication',
        `level ${session.assurance.authentication} (AAL${session.assurance.authentication})`,
      ],
      ['Identity', `level ${session.assurance.identity} (IAL${session.assurance.identity})`],
      [
        'Roles',
        html`<ul>
          ${session.roles.map(({ inWords }) => html`<li>${inWords}</li>`)}
        </ul>`,
      ],
      ['On behalf of', session.role?.onBehalfOf ?? 'nobody'],
      ['Ends at the latest', dateTime(session.endsAt)],
      ['Ends if you do nothing', dateTime(session.idleEndsAt)],
    ])}`,
  };
}
