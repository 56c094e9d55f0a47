import type { RouteName } from '@gatehouse/contracts/routes';
import type { ReactNode } from 'react';
import { AccessDenied, usePermissions } from 'react-admin';
import { Loading } from '../parts/load-state.js';

interface Props {
  readonly route: RouteName;
  readonly children: ReactNode;
}

/** A page for people who may call a route. Where their permissions could not be loaded, the gateway decides. */
export function IfMay({ route, children }: Props) {
  const { permissions, error } = usePermissions<readonly RouteName[]>();
  if (permissions === undefined) return error === null ? <Loading /> : children;
  return permissions.includes(route) ? children : <AccessDenied />;
}
