import type { Start } from '@furlong/local/console'
import { holdCalls, keepToken, send } from './call.ts'

/**
 * Exchanges the ticket of the link by which the page was opened for a token, which is kept for this tab, and takes it out
 * of the address. Every call waits for it.
 *
 * @returns what the page begins with
 */
export function openSession(): Promise<Start> {
  // In the tab of an old link a new one changes the fragment alone, which loads nothing.
  addEventListener('hashchange', () => {
    if (readLink().has('ticket')) location.reload()
  })
  const link = readLink()
  const ticket = link.get('ticket')
  if (ticket === null) return askStart()
  history.replaceState(null, '', `${location.pathname}#${link.get('to') ?? ''}`)
  const opened = exchange(ticket)
  holdCalls(opened)
  return opened
}

/** Asks for what the page begins with, once more. */
export function askStart(): Promise<Start> {
  return send('GET /start', {})
}

const readLink = (): URLSearchParams => new URLSearchParams(location.hash.slice(1))

async function exchange(ticket: string): Promise<Start> {
  try {
    const { token, start } = await send('POST /session', { body: { ticket } })
    keepToken(token)
    return start
  } catch {
    // A tab that has a token already goes on with it; one that has none learns it now.
    return askStart()
  }
}
