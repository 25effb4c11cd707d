import type { JSX } from 'preact'
import { call } from '../api/call.ts'
import { Empty } from '../parts/empty.tsx'
import { useLoaded } from '../state/loading.ts'
import { RequestPage } from './request-page.tsx'

/** One request, fetched by its id. */
export function RequestView(props: {
  readonly id: string
  /** Whether no list stands beside it. */
  readonly isAlone: boolean
  readonly onClose: () => void
}): JSX.Element {
  const { id, isAlone, onClose } = props
  const loading = useLoaded((signal) => call('GET /requests/<id>', { id, signal }), [id])
  return (
    <section class="pane request-pane" aria-label={`Request ${id}`} aria-busy={loading.kind === 'loading'}>
      {loading.kind === 'loaded' && (
        // Until another has come, the last one stays.
        <RequestPage
          key={loading.value.record.id}
          detail={loading.value}
          isAlone={isAlone}
          onClose={onClose}
        />
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
