/**
 * Twenty questions that people bring to the console, and the steps by which each is answered.
 * `docs/guides/twenty-questions.md` has the same questions and steps.
 */
import type { Locator, Page } from 'playwright-core';
import { untilQuiet } from '../support/console.ts';

/** What a person does at once: opens a page, presses something, or sets what a form or filter asks for. */
type Step =
  | { readonly menu: string }
  | { readonly press: string }
  /** A link, by a name that the guide can say. */
  | { readonly open: string; readonly link: RegExp }
  | { readonly choose: string; readonly option: string }
  | { readonly fill: Readonly<Record<string, string>>; readonly submit?: string };

export interface Question {
  readonly question: string;
  readonly person: string;
  readonly steps: readonly Step[];
  /** What the page must then say. */
  readonly sees: readonly (string | RegExp)[];
}

/** What the world of the test calls the things that the questions are about. */
interface Names {
  readonly odsCode: string;
  readonly client: string;
  readonly environment: string;
  readonly nhsNumber: string;
  /** In which an identifier was shown, such as `2026-03`. */
  readonly month: string;
}

const NEWEST_REQUEST = { open: 'the newest request', link: /\d{2}:\d{2}:\d{2}\.\d{3}/ };
const IN_A_MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

/** By the role that asks, each with a person who has it. */
export const questionsOf = ({ odsCode, client, environment, nhsNumber, month }: Names) =>
  ({
    'Platform engineers': asked('Priya Nair', [
      [
        'Why did this call fail, and whose turn is it?',
        [{ menu: 'Audit trail' }, { press: 'Rejected' }, NEWEST_REQUEST],
        [/^Rejected: GW_/, 'What to do', 'Who must act'],
      ],
      [
        'Would this request be allowed, and if not, why?',
        [
          { menu: 'Explain a request' },
          {
            fill: { Client: client, Environment: environment, Path: '/FHIR/STU3/nowhere' },
            submit: 'Explain',
          },
        ],
        [/^Gatehouse would reject this request with GW_/, 'What to do'],
      ],
      [
        'Which organisations work, and why do the others not?',
        [{ menu: 'Organisations' }],
        [odsCode, 'Health', /^(Works|Refused|Never called)$/],
      ],
      [
        'What is left to do before an application goes live?',
        [{ menu: 'Dashboard' }],
        ['Applications that are not live yet', /^(To do: |Ready to go live)/],
      ],
      [
        'Until when are the keys of this client valid?',
        [{ menu: 'Clients' }, { open: 'the client', link: new RegExp(`^${client}$`) }],
        ['Keys', /until \d+ \w+ \d{4}/],
      ],
      [
        'What would fail if this organisation closed?',
        [
          { menu: 'Impact' },
          {
            fill: { 'ODS code of the organisation that closes': odsCode, 'First day without it': IN_A_MONTH },
            submit: 'Show the impact',
          },
        ],
        [/of the last seven days would be refused from/, 'What is hit'],
      ],
    ]),
    'Governance staff': asked('Gita Rao', [
      [
        'Which organisations stop next month?',
        [{ menu: 'SROs' }],
        ['Access that closes next', /^Open until .* Contact Test Owner/],
      ],
      [
        'What waits for my decision, and what would it change?',
        [{ menu: 'My work' }, { open: 'the first change', link: /would/ }],
        ['What would happen', 'Who can approve', 'Every field'],
      ],
      [
        'Who approved this change, and why?',
        [
          { menu: 'Approvals' },
          { choose: 'State', option: 'Approved' },
          { open: 'the change', link: /would/ },
        ],
        ['Decided by', 'Reason for the decision', /^G\w+ \w+ \(/],
      ],
      [
        'Who stopped this, why, and who has reviewed it?',
        [{ menu: 'Emergency stops' }],
        ['Priya Nair (priya@staff.example)', 'odd traffic', 'Review'],
      ],
      [
        'Who answers for this organisation, and until when?',
        [{ menu: 'Organisations' }, { open: 'the organisation', link: new RegExp(`^${odsCode}$`) }],
        ['Senior responsible owner', /^Test Owner, Chief Information Officer, review due \d/],
      ],
    ]),
    Auditors: asked('Omar Haddad', [
      [
        'Who revealed an identifier in March, and why?',
        [{ menu: 'Stops, reveals, exports' }, { fill: { Month: month } }],
        ['Patients’ identifiers', 'Shown', 'subject access request 42'],
      ],
      [
        'Who has exported the audit trail this month?',
        [{ menu: 'Stops, reveals, exports' }],
        ['Exports of the audit trail', /^Every organisation, from the beginning to /],
      ],
      [
        'Who saw this patient, and how far is the trail complete?',
        [
          { menu: 'Audit trail' },
          { open: '“Who saw a patient?”', link: /^Who saw a patient\?$/ },
          {
            fill: { 'NHS number': nhsNumber, Reason: 'subject access request 42', 'ODS code': odsCode },
            submit: 'Search',
          },
        ],
        [/^\d+ attempts? found/, /Covers the whole audit trail\.$/],
      ],
      [
        'Was the record of this request changed?',
        [{ menu: 'Audit trail' }, NEWEST_REQUEST],
        ['Proof', 'The audit chain is intact for all records of this request.'],
      ],
      [
        'Why was this request decided like that at the time?',
        [{ menu: 'Audit trail' }, NEWEST_REQUEST, { press: 'Explain the decision' }],
        [/every step is decided as it was recorded/],
      ],
      [
        'Who changed this record, when, and what was it before?',
        [{ menu: 'History' }],
        [/, Priya Nair \(priya@staff\.example\)/, /^Version \d+/],
      ],
    ]),
    Administrators: asked('Ada Clarke', [
      [
        'Who holds which role, since when, and who has confirmed it?',
        [{ menu: 'Access review' }],
        ['Omar Haddad', 'Auditor (from the identity provider)', 'Since', 'Confirmed'],
      ],
      [
        'Is the audit trail whole, and how far is it verified?',
        [{ menu: 'State of the trail' }],
        ['Verified', 'Last run', 'Whole trail verified'],
      ],
      [
        'Where am I signed in, and how do I end another session?',
        [{ menu: 'My sessions' }],
        ['This session', 'Browser'],
      ],
    ]),
  }) satisfies Readonly<Record<string, readonly Question[]>>;

type Row = readonly [question: string, steps: readonly Step[], sees: readonly (string | RegExp)[]];

const asked = (person: string, rows: readonly Row[]): Question[] =>
  rows.map(([question, steps, sees]) => ({ question, person, steps, sees }));

/** The steps as the guide writes them. */
export const pathOf = ({ steps }: Pick<Question, 'steps'>): string => steps.map(stepWords).join(' → ');

function stepWords(step: Step): string {
  if ('menu' in step) return `“${step.menu}” in the menu`;
  if ('press' in step) return `press “${step.press}”`;
  if ('open' in step) return `open ${step.open}`;
  if ('choose' in step) return `choose “${step.option}” as “${step.choose}”`;
  const labels = Object.keys(step.fill).map((label) => `“${label}”`);
  const filled = `fill in ${labels.join(', ')}`;
  return step.submit === undefined ? filled : `${filled} and press “${step.submit}”`;
}

export async function take(page: Page, step: Step): Promise<void> {
  const main = page.getByRole('main');
  if ('menu' in step) await menuItem(page, step.menu).click();
  else if ('press' in step) {
    // Until the answer is there, the page has the rows of before, which may still be on their way.
    await untilQuiet(page);
    const answered = page.waitForResponse((response) => response.url().includes('/api/v1/audit'));
    await main.getByRole('button', { name: step.press, exact: true }).click();
    await (await answered).finished();
    await untilQuiet(page);
  } else if ('open' in step) await main.getByRole('link', { name: step.link }).first().click();
  else if ('choose' in step) {
    await main.getByRole('combobox', { name: step.choose }).click();
    const settled = page.waitForResponse((response) => response.url().includes('/api/v1/'));
    await page.getByRole('option', { name: step.option, exact: true }).click();
    await settled;
  } else {
    for (const [label, value] of Object.entries(step.fill))
      await main.locator('input, textarea').and(main.getByLabel(label)).first().fill(value);
    if (step.submit !== undefined) await main.getByRole('button', { name: step.submit, exact: true }).click();
  }
}

/** What waits is counted beside the name. */
const menuItem = (page: Page, name: string): Locator =>
  page.getByRole('menuitem', { name: new RegExp(`^${name}( ?:|$)`) });
