/** Every page of the console, a person who may open it, and its heading. */
const PAGES: Readonly<Record<string, readonly [person: string, heading: string]>> = {
  '/': ['Priya Nair', 'Today'],
  '/my-work': ['Priya Nair', 'My work'],
  '/changes': ['Priya Nair', 'Approvals'],
  '/impact-plans': ['Priya Nair', 'Event plans'],
  '/organisations': ['Priya Nair', 'Organisations'],
  '/organisations/R69/show': ['Priya Nair', 'R69'],
  '/applications': ['Priya Nair', 'Applications'],
  '/applications/APPLICATION/show': ['Priya Nair', 'ReferWell'],
  '/clients': ['Priya Nair', 'Clients'],
  '/clients/CLIENT/show': ['Priya Nair', 'client'],
  '/history': ['Priya Nair', 'History'],
  '/search': ['Priya Nair', 'Search'],
  '/cis2-clients': ['Priya Nair', 'CIS2 clients'],
  '/signing-keys': ['Priya Nair', 'Signing keys'],
  '/rotations': ['Priya Nair', 'Key rotation'],
  '/key-deletions': ['Priya Nair', 'Key deletions'],
  '/key-emergencies': ['Priya Nair', 'Key emergencies'],
  '/unrecorded-signatures': ['Priya Nair', 'Unrecorded signatures'],
  '/sro-appointments': ['Priya Nair', 'Senior responsible owners'],
  '/write-exceptions': ['Priya Nair', 'Write exceptions'],
  '/assurance-floors': ['Priya Nair', 'Assurance'],
  '/environments': ['Priya Nair', 'Environments'],
  '/emergency-stops': ['Priya Nair', 'Emergency stops'],
  '/user-sessions': ['Priya Nair', 'User sessions'],
  '/notices': ['Priya Nair', 'Notices'],
  '/notice-choices': ['Priya Nair', 'How I am notified'],
  '/webhooks': ['Priya Nair', 'Webhooks'],
  '/jobs': ['Priya Nair', 'Background jobs'],
  '/audit': ['Priya Nair', 'Audit'],
  '/register': ['Priya Nair', 'Register of stops, reveals and exports'],
  '/trail': ['Priya Nair', 'State of the audit trail'],
  '/asid-plan': ['Priya Nair', 'ASID plan'],
  '/impact': ['Priya Nair', 'Impact'],
  '/message-sets': ['Priya Nair', 'Message sets'],
  '/message-set': ['Priya Nair', 'Create a message set'],
  '/onboarding?organisation=R69&application=APPLICATION': ['Priya Nair', 'Onboard an organisation'],
  '/import': ['Priya Nair', 'Import applications'],
  '/check-assertion': ['Priya Nair', 'Check an assertion'],
  '/explain': ['Priya Nair', 'Explain'],
  '/admin-tokens': ['Priya Nair', 'API tokens'],
  '/sessions': ['Priya Nair', 'My sessions'],
  '/evidence-pack': ['Omar Haddad', 'Evidence pack'],
  '/patient-search': ['Omar Haddad', 'Who saw a patient'],
  '/staff': ['Ada Clarke', 'Staff'],
  '/access-review': ['Ada Clarke', 'Access review'],
};

export interface ConsolePage {
  readonly path: string;
  readonly person: string;
  readonly heading: string;
}

export const CONSOLE_PAGES: readonly ConsolePage[] = Object.entries(PAGES).map(
  ([path, [person, heading]]) => ({ path, person, heading }),
);
