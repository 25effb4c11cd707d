import type { RequestRecord } from '@furlong/local'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { api, ApiError } from '../api/client.ts'
import { Empty } from '../parts/empty.tsx'
import { RequestDetail } from './request-detail.tsx'

type Loading =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly record: RequestRecord }
  | { readonly kind: 'failed'; readonly message: string }

/** One request, fetched by its id. */
export function RequestView(props: {
  readonly id: string
  /** Whether no list stands beside it. */
  readonly isAlone: boolean
  readonly onClose: () => void
}): JSX.Element {
  const { id, isAlone, onClose } = props
  const [loading, setLoading] = useState<Loading>({ kind: 'loading' })
  useEffect(() => {
    let isGone = false
    api.record(id).then(
      (record) => !isGone && setLoading({ kind: 'loaded', record }),
      (error: unknown) =>
        !isGone &&
        setLoading({ kind: 'failed', message: error instanceof ApiError ? error.message : String(error) }),
    )
    return () => {
      isGone = true
    }
  }, [id])
  return (
    <section class="pane request-pane" aria-label={`Request ${id}`}>
      {loading.kind === 'loaded' && (
        <RequestDetail record={loading.record} isAlone={isAlone} onClose={onClose} />
      )}
      {loading.kind === 'failed' && (
        <Empty title={`Request ${id} cannot be shown.`}>
          <p>{loading.message}</p>
          <p>
            <button type="button" class="button" onClick={onClose}>
              Back to the list
            </button>
          </p>
        </Empty>
      )}
    </section>
  )
}
