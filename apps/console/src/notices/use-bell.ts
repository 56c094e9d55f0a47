import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { callRoute, pollRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';

const REFRESH_MS = 60_000;
const BELL = ['notices', 'bell'];

/** How many notices are unread, and the newest of them; read again every minute. */
export function useBell() {
  return useQuery({
    queryKey: BELL,
    queryFn: () => pollRoute('ownNoticeBell', {}),
    enabled: useMay('ownNoticeBell'),
    refetchInterval: REFRESH_MS,
  });
}

/** Marks notices as read and lets the bell count again. */
export function useMarkRead(): (ids: readonly string[]) => Promise<void> {
  const queries = useQueryClient();
  return async (ids) => {
    if (ids.length === 0) return;
    await callRoute('ownNoticeRead', { body: { ids: [...ids] } });
    await queries.invalidateQueries({ queryKey: BELL });
  };
}

/** A notice that is on the page has been read. If that can't be recorded, it stays unread: the person has it anyway. */
export function useReadOnceShown({
  id,
  readAt,
}: {
  readonly id: string;
  readonly readAt: string | null;
}): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (readAt !== null) return;
    void callRoute('ownNoticeRead', { body: { ids: [id] } })
      .then(() => queries.invalidateQueries({ queryKey: BELL }))
      .catch(() => undefined);
  }, [id, readAt, queries]);
}
