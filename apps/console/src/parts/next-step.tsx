/** What to do where nothing is recorded yet: in the console, or with the command line. */
import type { RouteName } from '@gatehouse/contracts/routes';
import { useMay } from '../api/use-may.js';
import { PageLink } from './page-link.js';

interface Props {
  readonly text: string;
  /** The advice is shown to people who may call this route. */
  readonly route: RouteName;
  /** A page of the console, or `#id` of something on this page. */
  readonly to: string;
  readonly link: string;
  /** Does the same from a shell; left out where only the console does it. */
  readonly command?: string;
}

export function NextStep({ text, route, to, link, command }: Props) {
  if (!useMay(route)) return text;
  return (
    <>
      {text} <PageLink to={to}>{link}</PageLink>
      {command === undefined ? null : (
        <>
          , or run <code>{command}</code>
        </>
      )}
      .
    </>
  );
}
