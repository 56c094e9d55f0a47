/** The evidence pack as a document for people. */
import type { EvidencePack } from '../evidence-pack.js';
import { type Block, facts, heading, paragraph } from './blocks.js';
import { approvalBlocks, changeBlocks } from './of-decisions.js';
import {
  applicationBlocks,
  exceptionBlocks,
  keyBlocks,
  messageSetBlocks,
  ownerBlocks,
} from './of-registry.js';
import { trafficBlocks, trailBlocks } from './of-traffic.js';
import { dayInWords, timeInWords } from './words.js';

export interface EvidenceDocument {
  readonly title: string;
  readonly language: 'en-GB';
  /** At the foot of each page, before its number. */
  readonly footer: string;
  readonly blocks: readonly Block[];
}

export interface Made {
  readonly at: string;
  readonly by: string;
}

export function evidenceDocument(pack: EvidencePack, made: Made): EvidenceDocument {
  const { odsCode, name } = pack.organisation;
  const [from, until] = [dayInWords(pack.period.from), dayInWords(pack.period.until)];
  const title = `Evidence pack: ${name} (${odsCode}), ${from} to ${until}`;
  return {
    title,
    language: 'en-GB',
    footer: `${name} (${odsCode}), ${from} to ${until}`,
    blocks: [
      heading(1, 'Evidence pack'),
      ...frontBlocks(pack, made),
      heading(2, 'Senior responsible owners'),
      ...ownerBlocks(pack),
      heading(2, 'Applications and ASIDs'),
      ...applicationBlocks(pack),
      heading(2, 'Message sets'),
      ...messageSetBlocks(pack),
      heading(2, 'Write exceptions'),
      ...exceptionBlocks(pack),
      heading(2, 'Signing keys'),
      ...keyBlocks(pack),
      heading(2, 'Approvals by two people'),
      ...approvalBlocks(pack),
      heading(2, 'Traffic'),
      ...trafficBlocks(pack),
      heading(2, 'The audit trail and its checkpoints'),
      ...trailBlocks(pack),
      heading(2, 'Every change of the registry'),
      ...changeBlocks(pack),
      heading(2, 'What this pack does not show'),
      ...pack.notIncluded.map(paragraph),
    ],
  };
}

function frontBlocks({ organisation, period }: EvidencePack, made: Made): Block[] {
  return [
    facts('The organisation, the period and the making of this pack', [
      ['Organisation', `${organisation.name} (${organisation.odsCode})`],
      ['Period', `${dayInWords(period.from)} to ${dayInWords(period.until)}, both days included`],
      ['State at the start', organisation.stateAtStart ?? 'not registered yet'],
      ['State at the end', organisation.stateAtEnd],
      ['Made', `${timeInWords(made.at)}, by ${made.by}`],
    ]),
    paragraph(
      'This document says what Gatehouse, a gateway to the NHS e-Referral Service, has recorded about the organisation in the period. All times are in London. The file evidence.json beside it has the same in a form for programs. Both are signed: the command gatehouse verify-pack checks that neither was changed.',
    ),
  ];
}
