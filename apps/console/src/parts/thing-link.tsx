import type { Thing } from '@gatehouse/contracts/governance/change-resources';
import type { RouteName } from '@gatehouse/contracts/routes';
import { Link } from '@mui/material';
import { Fragment } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';
import { NONE } from './dates.js';

/** What each page calls: whoever may not call it sees the name alone. */
const ROUTES = {
  organisation: 'organisationShow',
  application: 'applicationShow',
  client: 'clientShow',
} as const satisfies Readonly<Record<Thing['kind'], RouteName>>;

/** An organisation, application or client by its name, with a link to its page. */
export function ThingLink({ kind, id, name, environment }: Thing) {
  const record = kind === 'client' ? `${environment ?? ''}~${name}` : id;
  const text = kind === 'organisation' && name !== id ? `${name} (${id})` : name;
  if (!useMay(ROUTES[kind])) return text;
  return (
    <Link component={RouterLink} to={`/${kind}s/${encodeURIComponent(record)}/show`}>
      {text}
    </Link>
  );
}

/** Organisations by their ODS codes, with links to their pages; a dash where there are none. */
export function OrganisationLinks({ odsCodes }: { readonly odsCodes: readonly string[] }) {
  if (odsCodes.length === 0) return NONE;
  return odsCodes.map((odsCode, index) => (
    <Fragment key={odsCode}>
      {index === 0 ? '' : ', '}
      <ThingLink kind="organisation" id={odsCode} name={odsCode} />
    </Fragment>
  ));
}
