import { computed, type ReadonlySignal, signal } from '@preact/signals'

/** The views of the page, by the first part of the address's fragment. */
export const views = ['requests', 'functions', 'plots'] as const
export type View = (typeof views)[number]

/** Where the page is: everything that somebody who shares or reloads the address should see again. */
export interface Route {
  readonly view: View
  /** What is looked at: the id of a request, the ARN of a function. */
  readonly subject?: string
  /** Filters and the like; none is empty. */
  readonly query: Readonly<Record<string, string>>
}

/**
 * Reads an address.
 *
 * @param fragment such as `#/requests/k3f9a?status=4xx`; what names no view is the requests
 */
export function parseRoute(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#\/?/, '').split('?', 2)
  const [name = '', ...rest] = path.split('/')
  const view = views.find((known) => known === name) ?? 'requests'
  const subject = decode(rest.join('/'))
  const query = Object.fromEntries([...new URLSearchParams(search)].filter(([, value]) => value !== ''))
  return { view, ...(subject === '' ? {} : { subject }), query }
}

/** Writes an address, so that `parseRoute` reads the same. */
export function formatRoute({ view, subject, query }: Route): string {
  const search = new URLSearchParams(query).toString()
  const path = subject === undefined ? view : `${view}/${encodeURIComponent(subject)}`
  return `#/${path}${search === '' ? '' : `?${search}`}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const current = signal<Route>({ view: 'requests', query: {} })

/** Where the page is now. */
export const route: ReadonlySignal<Route> = computed(() => current.value)

/** Follows the address from here on. */
export function startRouting(): void {
  const read = (): void => {
    current.value = parseRoute(location.hash)
  }
  addEventListener('hashchange', read)
  read()
}

/**
 * Goes somewhere else.
 *
 * @param to the new place
 * @param how `push`: the way back leads here; `replace`: it does not, for what changes with every key
 */
export function go(to: Route, how: 'push' | 'replace' = 'push'): void {
  const fragment = formatRoute(to)
  if (fragment !== location.hash) history[how === 'push' ? 'pushState' : 'replaceState'](null, '', fragment)
  current.value = parseRoute(fragment)
}

/**
 * Changes filters of the view that is shown.
 *
 * @param changes by name; an empty value takes a filter away
 */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const { query, ...rest } = current.peek()
  const all = Object.entries({ ...query, ...changes }).filter(([, value]) => value !== '')
  go({ ...rest, query: Object.fromEntries(all) }, 'replace')
}
