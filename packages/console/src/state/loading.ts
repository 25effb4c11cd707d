import { useEffect, useState } from 'preact/hooks'
import { sayError } from '../api/call.ts'

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
 */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
): Loading<Value> {
  const [loading, setLoading] = useState<Loading<Value>>({ kind: 'loading' })
  useEffect(() => {
    const gone = new AbortController()
    const run = async (): Promise<Loading<Value>> => {
      try {
        return { kind: 'loaded', value: await load(gone.signal) }
      } catch (error) {
        return { kind: 'failed', message: sayError(error) }
      }
    }
    const show = async (): Promise<void> => {
      const result = await run()
      if (!gone.signal.aborted) setLoading(result)
    }
    void show()
    return () => gone.abort()
  }, keys)
  return loading
}
