import { usePermissions } from 'react-admin';
import { LoadError } from '../parts/load-state.js';

/** Without a person's permissions the menu and the buttons are missing: says why, and offers to try again. */
export function PermissionsError() {
  const { error, refetch } = usePermissions();
  return error === null ? null : <LoadError error={error} retry={refetch} />;
}
