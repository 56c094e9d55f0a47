import type { RouteName } from '@gatehouse/contracts/routes';
import { Link } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../api/use-may.js';

interface Props {
  readonly text: string;
  /** The link is shown to people who may call this route. */
  readonly route: RouteName;
  readonly to: string;
  readonly link: string;
  /** Does the same from a shell. */
  readonly command: string;
}

/** What to do where nothing is recorded yet: in the console, or with the command line. */
export function NextStep({ text, route, to, link, command }: Props) {
  if (!useMay(route)) return text;
  return (
    <>
      {text}{' '}
      <Link component={RouterLink} to={to}>
        {link}
      </Link>
      , or run <code>{command}</code>.
    </>
  );
}
