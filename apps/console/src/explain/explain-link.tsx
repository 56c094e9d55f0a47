import { PageButton } from '../parts/page-link.js';

interface Props {
  readonly client?: string | null;
  readonly environment?: string | null;
  readonly organisation?: string | null;
}

/** To the page that explains a request, with what is known of it filled in. A path is never part of the address. */
export const ExplainLink = ({ client, environment, organisation }: Props) => (
  <PageButton
    route="explain"
    to="/explain"
    known={{ client, environment, 'headers.NHSD-End-User-Organisation-ODS': organisation }}
  >
    Explain a request
  </PageButton>
);
