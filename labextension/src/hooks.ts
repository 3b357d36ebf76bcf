import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

import type { ILiveState, Live } from './live';

/** What is known of something live, as long as a component shows it. */
export function useLive<T>(live: Live<T>): ILiveState<T> {
  const subscribe = useCallback(
    (listener: () => void) => {
      live.changed.connect(listener);
      return () => live.changed.disconnect(listener);
    },
    [live]
  );
  return useSyncExternalStore(subscribe, () => live.state);
}

/** The present time, moved on every few seconds while the page is visible. */
export function useNow(milliseconds: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        setNow(new Date());
      }
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return now;
}
