import { Title } from 'react-admin';

/** Names the page in the bar, and in the browser's tab and history. */
export function PageTitle({ children }: { readonly children: string }) {
  return (
    <>
      <TabTitle>{children}</TabTitle>
      <Title title={children} />
    </>
  );
}

/** The title in the browser's tab alone, for a list, whose title in the bar is react-admin's. */
export function TabTitle({ children }: { readonly children: string }) {
  return <title>{`${children} – Gatehouse`}</title>;
}
