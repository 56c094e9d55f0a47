import { Title } from 'react-admin';

interface Props {
  readonly children: string;
  /** The list that the thing of this page belongs to, for the browser's tab. */
  readonly within?: string;
}

/** Names the page in the bar, and in the browser's tab and history. */
export function PageTitle({ children, within }: Props) {
  return (
    <>
      <TabTitle>{within === undefined ? children : `${children} – ${within}`}</TabTitle>
      <Title title={children} />
    </>
  );
}

/** The title in the browser's tab alone, for a list, whose title in the bar is react-admin's. */
export function TabTitle({ children }: { readonly children: string }) {
  return <title>{`${children} – Gatehouse`}</title>;
}
