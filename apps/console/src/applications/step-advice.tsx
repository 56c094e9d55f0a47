/** What to do about a step of the checklist in the console, with the command that does the same. */
import type { ChecklistStep } from '@gatehouse/contracts/operation/operation-resources';
import type { AnswerOf, RouteName } from '@gatehouse/contracts/routes';
import { useMay } from '../api/use-may.js';
import { NextStep } from '../parts/next-step.js';

export type Application = Pick<AnswerOf<'applicationShow'>, 'organisations' | 'state'>;

interface Advice {
  readonly text: string;
  /** Where it is done, for people who may call this route; left out where only a registry file does it. */
  readonly link?: { readonly label: string; readonly to: string; readonly route: RouteName };
  readonly command: string;
}

/** The section of the page with the buttons of the application. */
export const APPLICATION_SECTION = 'application';
const BUTTONS = `#${APPLICATION_SECTION}`;
const edit = (text: string): Advice => ({
  text,
  link: { label: 'Go to “Edit”', to: BUTTONS, route: 'applicationChange' },
  command: 'gatehouse apply FILE',
});

const ADVICE: { readonly [S in ChecklistStep]: Advice | ((application: Application) => Advice) } = {
  organisation: ({ organisations: [odsCode, ...others] }) => ({
    text: 'Make the organisation active, or lift its emergency stop.',
    link: {
      label: others.length > 0 ? 'Open the organisations' : 'Open the organisation',
      to: odsCode === undefined || others.length > 0 ? '/organisations' : `/organisations/${odsCode}/show`,
      route: 'organisationChange',
    },
    command: 'gatehouse apply FILE',
  }),
  'published-key': {
    text: 'Create a signing key for this application. Its first key becomes active immediately.',
    link: { label: 'Go to “Create a signing key”', to: BUTTONS, route: 'keyCreate' },
    command: 'gatehouse keys create',
  },
  'api-key': edit(
    'Create the application in the NHS England developer portal under the name below, add the e-RS API, then enter its API key.',
  ),
  sro: {
    text: 'Appoint a senior responsible owner, record their acceptance, or record the review that is due.',
    link: { label: 'Open the SROs', to: '/sro-appointments', route: 'sroAppoint' },
    command: 'gatehouse sro appoint',
  },
  asid: edit(
    'Send these values to the e-RS partners team and ask them to set each of them on the APIM application. Then enter the ASID that they issue.',
  ),
  'api-secret': edit('Enter the API secret of the APIM application: it is needed to refresh tokens.'),
  'cis2-client': {
    text: 'Register the product with NHS CIS2 with these values, and add the client to cis2Clients in a registry file. A product whose users sign in by combined authentication alone needs none.',
    command: 'gatehouse apply FILE',
  },
  'cis2-key': {
    text: 'Open the CIS2 client of this product, create its signing key, and register the values with NHS CIS2.',
    link: { label: 'Open the CIS2 clients', to: '/cis2-clients', route: 'keyCreate' },
    command: 'gatehouse keys create --cis2-client',
  },
  'message-sets': edit('Enter the message sets that NHS England allowed for the ASID.'),
  live: ({ state }) =>
    edit(
      state === 'suspended'
        ? 'The application is suspended. Find out why. Then lift its emergency stop or, if it has none, set the state to live.'
        : 'Once the steps before this one are done, set the state to live.',
    ),
  'active-key': {
    text: 'Activate a signing key. Its row shows from when that is possible.',
    link: { label: 'Open the signing keys', to: '/signing-keys', route: 'keyActivate' },
    command: 'gatehouse keys activate KID',
  },
  grant: {
    text: 'Create a client, or open one, and add a grant for this application.',
    link: { label: 'Open the clients', to: '/clients', route: 'registryApply' },
    command: 'gatehouse apply FILE',
  },
  'client-key': {
    text: 'Open the client and issue a key to it.',
    link: { label: 'Open the clients', to: '/clients', route: 'clientKeyIssue' },
    command: 'gatehouse clients issue-key',
  },
};

interface Props {
  readonly id: ChecklistStep;
  readonly application: Application;
}

function adviceOf({ id, application }: Props): Advice {
  const advice = ADVICE[id];
  return typeof advice === 'function' ? advice(application) : advice;
}

/** What to do, for a page where it is done beside. */
export const adviceText = (props: Props): string => adviceOf(props).text;

export function StepAdvice(props: Props) {
  const { text, link, command } = adviceOf(props);
  if (link !== undefined)
    return <NextStep text={text} route={link.route} to={link.to} link={link.label} command={command} />;
  return <InShell text={text} command={command} />;
}

function InShell({ text, command }: Pick<Advice, 'text' | 'command'>) {
  if (!useMay('registryApply')) return text;
  return (
    <>
      {text} Run <code>{command}</code>.
    </>
  );
}
