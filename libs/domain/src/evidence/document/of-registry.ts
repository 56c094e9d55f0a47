/** The parts of the evidence document about people, applications, message sets, exceptions and keys. */
import type { ApplicationEvidence, EvidencePack } from '../evidence-pack.js';
import { type Block, facts, heading, paragraph, table } from './blocks.js';
import { counted, dayInWords, decidedInWords, listInWords, NONE, orNone, timeInWords } from './words.js';

export function ownerBlocks({ owners }: EvidencePack): Block[] {
  if (owners.length === 0) return [paragraph('Nobody was appointed in the period.')];
  return owners.flatMap((owner) => [
    heading(3, `${owner.name}, ${owner.role === 'deputy' ? 'deputy SRO' : 'SRO'}`),
    facts(`The appointment of ${owner.name}`, [
      ['Job title', owner.jobTitle],
      ['Email', owner.email],
      ['Spine user id', owner.spineUserId],
      ['Environments', listInWords(owner.environments)],
      [
        'Written authority',
        `${owner.authority.name}, reference ${owner.authority.reference}, ${dayInWords(owner.authority.date)}. SHA-256 of the document: ${owner.authority.documentSha256}`,
      ],
      ['Appointed', decidedInWords(owner.appointed)],
      ['Accepted', timeInWords(owner.acceptedAt)],
      ['First day', owner.startsOn === null ? 'the day of acceptance' : dayInWords(owner.startsOn)],
      ['Last review', timeInWords(owner.lastReviewedAt)],
      ['Review due', `${dayInWords(owner.reviewDueOn)}, with ${counted(owner.graceDays, 'day')} of grace`],
      ['Withdrawn', timeInWords(owner.withdrawnAt)],
      ['State', `${owner.stateAtStart ?? 'not appointed yet'} at the start, ${owner.stateAtEnd} at the end`],
    ]),
  ]);
}

export function applicationBlocks({ applications }: EvidencePack): Block[] {
  if (applications.length === 0) return [paragraph('No application served the organisation in the period.')];
  return applications.flatMap((application) => [
    heading(3, applicationName(application)),
    facts(`The application ${applicationName(application)}`, [
      [
        'State',
        `${application.stateAtStart ?? 'not registered yet'} at the start, ${application.stateAtEnd} at the end`,
      ],
      ['APIM application', orNone(application.apimApplicationId)],
      ...application.serves.map(
        ({ since, until }) =>
          [
            'Serves the organisation',
            spanInWords(decidedInWords(since), until === null ? null : decidedInWords(until)),
          ] as const,
      ),
    ]),
    table(
      'ASIDs, one after the other',
      [
        ['ASID', 2],
        ['Shared with', 2],
        ['Since', 4],
        ['Until', 4],
      ],
      application.asids.map(({ asid, sharedWith, since, until }) => [
        ...[asid, listInWords(sharedWith), decidedInWords(since), decidedInWords(until)],
      ]),
      'It had no ASID.',
    ),
    table(
      'Message sets of the application, and why',
      [
        ['Message set', 3],
        ['Added', 5],
        ['Removed', 5],
      ],
      application.messageSets.map(({ name, since, until }) => [
        name,
        decidedInWords(since),
        decidedInWords(until),
      ]),
      'It had no message set.',
    ),
  ]);
}

function spanInWords(since: string, until: string | null): string {
  return until === null ? `Since ${since}` : `Since ${since} Ended ${until}`;
}

export function messageSetBlocks({ messageSets }: EvidencePack): Block[] {
  if (messageSets.length === 0) return [paragraph('No message set was in use.')];
  return messageSets.flatMap(({ name, interactionsAtStart, interactionsAtEnd, changes }) => [
    heading(3, name),
    facts(`The interactions of ${name}`, [
      ['At the start', listInWords(interactionsAtStart)],
      ['At the end', listInWords(interactionsAtEnd)],
    ]),
    table(
      `Changes of ${name}`,
      [
        ['Added', 2],
        ['Removed', 2],
        ['When, by whom and why', 6],
      ],
      changes.map(({ added, removed, ...decided }) => [
        listInWords(added),
        listInWords(removed),
        decidedInWords(decided),
      ]),
      'It did not change in the period.',
    ),
  ]);
}

export function exceptionBlocks({ writeExceptions, applications, owners }: EvidencePack): Block[] {
  return [
    table(
      'Write exceptions',
      [
        ['Application', 3],
        ['Interaction', 2],
        ['Use case', 3],
        ['Granted', 4],
        ['Co-signed', 3],
        ['Ends', 3],
        ['Revoked', 3],
      ],
      writeExceptions.map((exception) => [
        nameOf(applications, exception.applicationId),
        exception.interaction,
        exception.useCaseReference,
        decidedInWords(exception.granted),
        [timeInWords(exception.cosignedAt), owners.find(({ id }) => id === exception.cosignedBy)?.name]
          .filter((part) => part !== undefined)
          .join(', by '),
        timeInWords(exception.expiresAt),
        decidedInWords(exception.revoked),
      ]),
      'No write exception was open in the period: application-restricted access could only read.',
    ),
  ];
}

export function keyBlocks({ signingKeys, applications }: EvidencePack): Block[] {
  return [
    paragraph('The private half of each key is in AWS KMS and has never left it.'),
    ...signingKeys.flatMap((key) => [
      heading(3, key.kid),
      facts(`The signing key ${key.kid}`, [
        ['Application', nameOf(applications, key.applicationId)],
        ['Thumbprint', key.thumbprint],
        ['State', `${key.stateAtStart ?? 'not created yet'} at the start, ${key.stateAtEnd} at the end`],
        ['Created', decidedInWords(key.created)],
        ...KEY_TIMES.map(([title, field]) => [title, timeInWords(key[field])] as const).filter(
          ([, time]) => time !== NONE,
        ),
      ]),
    ]),
    ...(signingKeys.length === 0 ? [paragraph('There was no signing key.')] : []),
  ];
}

const KEY_TIMES = [
  ['Published', 'publishedAt'],
  ['Seen in its JWKS', 'confirmedAt'],
  ['Accepted by NHS England', 'provenAt'],
  ['Activated', 'activatedAt'],
  ['Retired', 'retiredAt'],
  ['Removed', 'removedAt'],
  ['Disabled in KMS', 'disabledAt'],
  ['To be deleted in KMS', 'deletesAt'],
] as const;

function applicationName(application: ApplicationEvidence): string {
  const { product, environment, accessMode, capability } = application;
  return [product, environment, accessMode, ...(capability === null ? [] : [capability])].join(', ');
}

function nameOf(applications: readonly ApplicationEvidence[], id: string): string {
  const application = applications.find((each) => each.id === id);
  return application === undefined ? id : applicationName(application);
}
