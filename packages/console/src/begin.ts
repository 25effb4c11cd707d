/** Asks for what the page shows first, while the rest of it is still on its way. */
import type { Overview, RequestPage } from '@furlong/local/console'
import { call, openSession } from './api/call.ts'

/** Asks for the newest requests: more than a screen shows, and few enough to be there at once. */
export function askNewest(): Promise<RequestPage> {
  return call('GET /requests', { query: { limit: '100' } })
}

// The ticket is taken out of the address before anything reads that.
openSession()

/** The side's first answers. */
export const first: { readonly overview: Promise<Overview>; readonly newest: Promise<RequestPage> } = {
  overview: call('GET /overview', {}),
  newest: askNewest(),
}
// Whoever takes them says what went wrong.
for (const answer of Object.values(first)) answer.catch(() => undefined)
