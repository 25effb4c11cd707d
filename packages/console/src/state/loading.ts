import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, sayError } from '../api/call.ts'

/** Something that is fetched: not yet, there, or not to be had. */
export type Loading<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly value: Value }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * Fetches something, and again whenever a key changes; what was there stays until the new one has come.
 *
 * @param load fetches it
 * @param keys what it depends on
 * @param again what says that it may be another by now: while the side does not answer, what was there is as good as it gets
 */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
  again: readonly unknown[] = [],
): Loading<Value> {
  const [loading, setLoading] = useState<Loading<Value>>({ kind: 'loading' })
  const loadedFor = useRef<readonly unknown[]>(undefined)
  useEffect(() => {
    const gone = new AbortController()
    const show = async (): Promise<void> => {
      try {
        const value = await load(gone.signal)
        if (gone.signal.aborted) return
        loadedFor.current = keys
        setLoading({ kind: 'loaded', value })
      } catch (error) {
        const isOld = loadedFor.current?.every((key, at) => key === keys[at]) === true
        const isUnanswered = error instanceof ApiError && error.status === 0
        if (gone.signal.aborted || (isOld && isUnanswered)) return
        loadedFor.current = undefined
        setLoading({ kind: 'failed', message: sayError(error) })
      }
    }
    void show()
    return () => gone.abort()
  }, [...keys, ...again])
  return loading
}
