import type { ISignal } from '@lumino/signaling';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

import type { ILiveState, Live } from './live';

/** What something that tells of its changes has, each time another object if it has changed. */
export function useSignal<T>(teller: { changed: ISignal<unknown, unknown> }, get: () => T): T {
  const subscribe = useCallback(
    (listener: () => void) => {
      teller.changed.connect(listener);
      return () => teller.changed.disconnect(listener);
    },
    [teller]
  );
  return useSyncExternalStore(subscribe, get);
}

/** What is known of something live, as long as a component shows it. */
export function useLive<T>(live: Live<T>): ILiveState<T> {
  return useSignal(live, () => live.state);
}

/** Whether the page is seen. */
export function usePageVisible(): boolean {
  return useSyncExternalStore(onVisibility, () => !document.hidden);
}

function onVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
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
