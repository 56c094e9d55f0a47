import type { RouteName } from '@gatehouse/contracts/routes';
import { usePermissions } from 'react-admin';

/** Whether the person signed in may call a route; false until that is known. */
export function useMay(name: RouteName): boolean {
  const { permissions } = usePermissions<readonly RouteName[]>();
  return permissions?.includes(name) === true;
}
