import { PageButton } from '../parts/page-link.js';

/** To the page that checks an assertion, with this application filled in. */
export const CheckAssertionLink = ({ applicationId }: { readonly applicationId: string }) => (
  <PageButton route="assertionLint" to="/check-assertion" known={{ application: applicationId }}>
    Check an assertion
  </PageButton>
);
