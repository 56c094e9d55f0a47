import type { SessionView } from '@gatehouse/contracts/staff/staff-resources';
import { useQuery } from '@tanstack/react-query';
import { currentSession } from './session.js';

/** The session of the person signed in; undefined until it is known. */
export function useSession(): SessionView | undefined {
  return useQuery({ queryKey: ['session'], queryFn: currentSession }).data;
}
