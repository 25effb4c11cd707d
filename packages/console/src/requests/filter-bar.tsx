import type { RequestRow } from '@furlong/local/console'
import type { JSX, RefObject } from 'preact'
import { useState } from 'preact/hooks'
import { route, setQuery } from '../state/route.ts'
import { heldCount, isPaused, keptBySide, missed, pause, rows } from '../state/side.ts'
import { accountOf, formatCount, gates, nameCaller, nameFunction } from '../words.ts'
import { type FilterName, filterNames } from './filter.ts'

interface Option {
  readonly value: string
  readonly says: string
}

/** The filters of the list; all of them stand in the address. */
export function FilterBar({ search }: { readonly search: RefObject<HTMLInputElement | null> }): JSX.Element {
  const { query } = route.value
  // Where there is little room the choices are folded away.
  const [isOpen, setOpen] = useState(false)
  const isFiltered = filterNames.some((name) => name in query)
  const chosen = filterNames.filter((name) => name !== 'text' && name in query).length
  const total = rows.total.value
  const kept = keptBySide.value ?? 0
  const hasMore = kept > total + heldCount.value + missed.value
  return (
    <form
      class={isOpen ? 'filters open' : 'filters'}
      role="search"
      onSubmit={(event) => event.preventDefault()}
    >
      <input
        ref={search}
        class={`field search ${query['text'] === undefined ? '' : 'set'}`}
        type="search"
        placeholder="Search  /"
        aria-label="Search in URL, function, caller, status and cause"
        spellcheck={false}
        value={query['text'] ?? ''}
        onInput={(event) => setQuery({ text: event.currentTarget.value })}
      />
      <button
        type="button"
        class="button small toggle"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {chosen === 0 ? 'Filters' : `Filters (${chosen})`}
      </button>
      <Choice
        name="function"
        label="Any function"
        options={tally(
          ({ functionArn }) => nameFunction(functionArn ?? ''),
          (name) => name,
        )}
      />
      <Choice
        name="caller"
        label="Any caller"
        options={tally(({ callerArn }) => callerArn ?? '', nameFully)}
      />
      <Choice name="status" label="Any status" options={statuses()} />
      <Choice
        name="gate"
        label="Any gate"
        options={gates.map((gate) => ({ value: gate, says: `refused at ${gate}` }))}
      />
      <Choice name="kind" label="Any kind" options={kinds} />
      {isFiltered && (
        <button
          type="button"
          class="button quiet small"
          onClick={() => setQuery(Object.fromEntries(filterNames.map((name) => [name, ''])))}
        >
          Clear
        </button>
      )}
      <button
        type="button"
        class="button small pause"
        aria-pressed={isPaused.value}
        title={`${isPaused.value ? 'Go on' : 'Let new requests wait'} (p)`}
        onClick={() => pause(!isPaused.peek())}
      >
        {isPaused.value ? `Go on (${formatCount(heldCount.value)})` : 'Pause'}
      </button>
      {missed.value > 0 && (
        <span
          class="warn count"
          title="They came faster than this page could take them; the plots count them."
        >
          {formatCount(missed.value)} not shown
        </span>
      )}
      <span class="muted number count" aria-live="off" title={hasMore ? whereMoreAre : undefined}>
        {isFiltered ? `${formatCount(rows.count.value)} of ${formatCount(total)}` : formatCount(total)}
        {hasMore && ` here · ${formatCount(kept)} in all`}
      </span>
    </form>
  )
}

const whereMoreAre = 'Older ones come at the end of the list, and when a filter has not found enough.'

const kindNames: Readonly<Record<RequestRow['kind'], string>> = {
  'function-url': 'function URLs',
  api: 'calls of AWS APIs',
  event: 'asynchronous invocations',
  proxy: 'refused by the proxy',
}

const kinds: readonly Option[] = Object.entries(kindNames).map(([value, says]) => ({ value, says }))

function statuses(): readonly Option[] {
  const single = rows.tally(({ status }) => (status === 0 ? '' : String(status)))
  return [
    { value: 'refused', says: 'refused' },
    ...['2xx', '3xx', '4xx', '5xx'].map((value) => ({ value, says: value })),
    ...single.map(([value, count]) => ({ value, says: `${value} (${formatCount(count)})` })),
  ]
}

function tally(read: (row: RequestRow) => string, name: (value: string) => string): readonly Option[] {
  return rows.tally(read).map(([value, count]) => ({ value, says: `${name(value)} (${formatCount(count)})` }))
}

const nameFully = (arn: string): string => `${nameCaller(arn)} of ${accountOf(arn)}`

function Choice(props: {
  readonly name: FilterName
  readonly label: string
  readonly options: readonly Option[]
}): JSX.Element {
  const { name, label, options } = props
  const value = route.value.query[name] ?? ''
  const isKnown = value === '' || options.some((option) => option.value === value)
  return (
    <select
      class={`field ${value === '' ? '' : 'set'}`}
      aria-label={label}
      value={value}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
    >
      <option value="">{label}</option>
      {!isKnown && <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.says}
        </option>
      ))}
    </select>
  )
}
