/** What the simulation of an event can't say. */
import type { LifeCycleEvent } from './life-cycle-event.js';

const ALWAYS = [
  'Whether e-RS itself goes on answering for the organisation: Gatehouse decides by its own registry alone.',
  'What callers will send. Every permitted operation is simulated, and the traffic shown is that of the last seven days.',
  'Which users will sign in. User-restricted calls are simulated for a user with a suitable role at the highest level of authentication.',
];

export function notKnown(event: LifeCycleEvent): readonly string[] {
  switch (event.kind) {
    case 'organisation-closes':
    case 'organisation-merges':
    case 'organisation-changes-code':
      return [
        ...ALWAYS,
        'What the NHS Organisation Data Service has published: Gatehouse does not read it. Check the code and the date there.',
        'Whether NHS England has closed an APIM application or an ASID, and where referrals of the old organisation go.',
      ];
    case 'sro-leaves':
      return [...ALWAYS, 'Whether the person has left: only the organisation can say.'];
    case 'key-suspected':
      return [
        ...ALWAYS,
        'Whether somebody else has used the key: compare KMS’s own log with the audit trail.',
        'What API Management still has in its copy of the JWKS, for up to an hour.',
      ];
  }
}
