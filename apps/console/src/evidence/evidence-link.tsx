import { PageButton } from '../parts/page-link.js';

interface Props {
  readonly odsCode: string;
  /** The day that the pack is to cover, as `2026-03-02`; without it, the page asks for the period. */
  readonly date?: string;
}

/** To the page that makes an organisation's evidence pack. */
export const EvidenceLink = ({ odsCode, date }: Props) => (
  <PageButton
    route="evidencePackMake"
    to="/evidence-pack"
    known={{ organisation: odsCode, from: date, until: date }}
  >
    Evidence pack
  </PageButton>
);
