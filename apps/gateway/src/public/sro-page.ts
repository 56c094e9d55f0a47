/** The pages behind a one-time link, in plain HTML. */
import { createHash } from 'node:crypto';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import type { SroAnswer, SroLink } from '../adapters/people/sro-links.js';

const STYLE = `
:root{color-scheme:light dark}
body{font:1.2rem/1.5 Arial,sans-serif;margin:0 auto;max-width:44rem;padding:1rem;color:#212b32;background:#f0f4f5}
h1{color:#003087;line-height:1.2}dl{background:#fff;border:1px solid #d8dde0;padding:.5rem 1rem}
dt{font-weight:bold}dd{margin:0 0 .75rem;overflow-wrap:anywhere}label{display:flex;gap:.75rem;margin:1rem 0}
input{flex:none;height:1.5rem;width:1.5rem}
button{border:0;font:inherit;font-weight:bold;margin:.5rem 1rem .5rem 0;padding:.6rem 1.2rem}
.yes{background:#007f3b;color:#fff}.no{background:#fff;border:2px solid #d5281b;color:#b3170c}
button:focus-visible,input:focus-visible{outline:4px solid #ffeb3b;outline-offset:2px}
.fault{border-left:8px solid #d5281b;padding:.5rem 1rem;background:#fff}
@media(prefers-color-scheme:dark){body{color:#f0f4f5;background:#151b21}h1{color:#9cc8f5}
dl,.fault{background:#212b32;border-color:#4c6272}.no{background:#151b21;color:#ff9c94}}
`;
const HASH = createHash('sha256').update(STYLE).digest('base64');
export const POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

type Open = Extract<SroLink, { state: 'open' }>['link'];
type PageState = SroLink | { readonly state: SroAnswer | 'failed' };

const OVER = {
  answered: 'This has been answered already. A link answers once.',
  replaced: 'A newer link was made; use that one.',
  expired: 'This link has expired. Ask the person who sent it for a new one.',
  withdrawn: 'This was withdrawn. There is nothing to answer any more.',
} as const;

export function linkPage(link: PageState, fault?: 'incomplete'): string {
  switch (link.state) {
    case 'open':
      return link.link.exception === null ? acceptance(link.link, fault) : cosignature(link.link, fault);
    case 'over':
      return page('This link is over', `<p>${OVER[link.why]}</p>`);
    case 'accepted':
      return page('Thank you', '<p>Your acceptance is recorded. You can close this page.</p>');
    case 'declined':
      return page(
        'Declined',
        '<p>Your answer is recorded: you have not accepted. You can close this page.</p>',
      );
    case 'failed':
      return page('Something went wrong', '<p>Nothing was changed. Try again in a minute.</p>');
    case 'unknown':
      return page('There is nothing here', '<p>Check that the whole link was copied.</p>');
  }
}

function acceptance({ appointment }: Open, fault: 'incomplete' | undefined): string {
  const { organisation, environments, role, startsOn } = appointment;
  const deputy = role === 'deputy';
  const facts: [string, string][] = [
    ['Organisation', `${organisation.name} (${organisation.odsCode})`],
    ['You', `${appointment.name}, ${appointment.jobTitle}, ${appointment.email}`],
    ['Your Spine user id', appointment.spineUserId],
    ['Environments', environments.join(', ')],
    [
      'On the authority of',
      `${appointment.authorityName}, ${dayText(appointment.authorityDate)}, reference ${appointment.authorityReference}`,
    ],
    ['SHA-256 of that document', appointment.authorityDocumentSha256],
    ['From', startsOn === null ? 'your acceptance' : dayText(startsOn)],
    ['Review due', dayText(appointment.reviewDueOn)],
  ];
  const title = `Accept the role of ${deputy ? 'deputy ' : ''}senior responsible owner`;
  return page(
    title,
    `<p>Software of the supplier reads and sends e-Referral Service data for this organisation without a user signed in (application-restricted access). ${deputy ? 'As a deputy you answer' : 'You would answer'} for that use, as its chief information officer has authorised. It runs only while a senior responsible owner is in force.</p>
${list(facts)}
${form(
  fault,
  'I answer for this organisation’s application-restricted access to the e-Referral Service.',
  `I have a current Spine profile with a role at ${organisation.name}, and will tell the supplier when I leave it.`,
)}`,
  );
}

function cosignature({ appointment, exception }: Open, fault: 'incomplete' | undefined): string {
  if (exception === null) throw new Error('a co-signature of no exception');
  const operation = CATALOGUE.find(({ interaction }) => interaction === exception.interaction);
  const { environmentName, productName, capability } = exception.application;
  const facts: [string, string][] = [
    ['Organisation', `${appointment.organisation.name} (${appointment.organisation.odsCode})`],
    ['You', `${appointment.name}, senior responsible owner`],
    ['Interaction', `${exception.interaction} ${operation?.title ?? ''}`],
    ['Application', [environmentName, productName, capability].filter(Boolean).join(', ')],
    ['Use case that NHS England approved', exception.useCaseReference],
    ['Until', dayText(new Date(exception.expiresAt.getTime() - 1))],
  ];
  return page(
    'Co-sign a write exception',
    `<p>Application-restricted access reads only. This exception lets the supplier’s software change referrals by one kind of request, with no user signed in, until it expires.</p>
${list(facts)}
${form(
  fault,
  'I agree that this interaction is used for this organisation without a user signed in.',
  'I know the use case that NHS England approved, and it is as described here.',
)}`,
  );
}

function form(fault: 'incomplete' | undefined, understood: string, current: string): string {
  const warning = `<p class="fault" role="alert">Nothing is recorded yet: tick both boxes to accept, or decline.</p>`;
  return `<form method="post">${fault === undefined ? '' : warning}
<label><input type="checkbox" name="understood" value="yes"><span>${escaped(understood)}</span></label>
<label><input type="checkbox" name="current" value="yes"><span>${escaped(current)}</span></label>
<button class="yes" name="answer" value="accept">Accept</button><button class="no" name="answer" value="decline">Decline</button>
</form>`;
}

function list(facts: readonly [string, string][]): string {
  return `<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>
${body}
</main></body></html>
`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/London' });
const dayText = (date: Date): string => DAY.format(date);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
