import { PageButton } from '../parts/page-link.js';

interface Props {
  /** The fields of the event that are known already. */
  readonly event: Readonly<Record<string, string>>;
  readonly children: string;
}

/** To the page that shows what an event would hit. */
export const ImpactLink = ({ event, children }: Props) => (
  <PageButton route="impactShow" to="/impact" known={event}>
    {children}
  </PageButton>
);
