import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call, sayError } from '../api/call.ts'
import { Command } from '../parts/command.tsx'
import { Empty } from '../parts/empty.tsx'
import { addSeconds, type Columns, createColumns, cutColumns } from '../state/metrics.ts'
import { formatRoute, route, setQuery } from '../state/route.ts'
import { followMetrics, side } from '../state/side.ts'
import { formatCount, formatMs, gates } from '../words.ts'
import { Chart } from './chart.tsx'

const spans = [1, 5, 15] as const
const chartHeight = 168

/** The last minutes as plots. */
export function PlotsView(): JSX.Element {
  const [columns, setColumns] = useState<Columns>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    const gone = new AbortController()
    call('GET /metrics', { signal: gone.signal }).then(
      (metrics) => setColumns(addSeconds(createColumns(), metrics)),
      (error: unknown) => {
        if (!gone.signal.aborted) setProblem(sayError(error))
      },
    )
    const end = followMetrics((metrics) => setColumns((before) => before && addSeconds(before, metrics)))
    return () => {
      gone.abort()
      end()
    }
  }, [])
  if (problem !== undefined) return <Empty title="The plots cannot be shown.">{problem}</Empty>
  if (columns === undefined) return <div class="pane plots" aria-busy="true" />
  const minutes = spans.find((span) => String(span) === route.value.query['minutes']) ?? 5
  const shown = cutColumns(columns, minutes * 60)
  return (
    <section class="pane plots" aria-label="Plots">
      <header class="plots-head">
        <h1>The last {minutes === 1 ? 'minute' : `${minutes} minutes`}</h1>
        <div class="choices" role="group" aria-label="Span">
          {spans.map((span) => (
            <button
              key={span}
              type="button"
              class="button small"
              aria-pressed={span === minutes}
              onClick={() => setQuery({ minutes: String(span) })}
            >
              {span} min
            </button>
          ))}
        </div>
      </header>
      {sum(columns.requests) + sum(columns.apiCalls) === 0 && (
        <Empty
          title={`Nothing was called ${isYoung() ? 'since the local side started' : 'in the last 15 minutes'}.`}
        >
          <p>Call a function URL, and its second shows here:</p>
          <Command text="npx furlong call <function>" />
        </Empty>
      )}
      <Plots columns={shown} />
    </section>
  )
}

function Plots({ columns }: { readonly columns: Columns }): JSX.Element {
  const { time, requests, apiCalls, p50Ms, p90Ms, p99Ms, environments, coldStarts } = columns
  return (
    <div class="plot-grid">
      <figure class="plot">
        <figcaption>
          <h2>Requests a second</h2>
          <span class="muted number">{sayCount(sum(requests), 'call')} of function URLs</span>
        </figcaption>
        <Chart
          label={`Requests a second: ${formatCount(sum(requests))} in all`}
          time={time}
          height={chartHeight}
          format={formatCount}
          isCount
          series={[
            { label: 'function URLs', colour: 'accent', values: requests, form: 'area' },
            { label: 'AWS APIs', colour: 'muted', values: apiCalls, form: 'dashed' },
          ]}
        />
      </figure>
      <figure class="plot">
        <figcaption>
          <h2>Duration</h2>
          <span class="muted">of calls of function URLs, within 4 %</span>
        </figcaption>
        <Chart
          label="Duration: median, 90th and 99th percentile"
          time={time}
          height={chartHeight}
          format={formatDuration}
          series={[
            { label: 'p50', colour: 'accent', values: p50Ms },
            { label: 'p90', colour: 'accent', values: p90Ms, form: 'dashed' },
            { label: 'p99', colour: 'muted', values: p99Ms, form: 'dotted' },
          ]}
        />
      </figure>
      <figure class="plot">
        <figcaption>
          <h2>Refusals by gate</h2>
          <span class="muted number">
            {formatCount(gates.reduce((all, gate) => all + sum(columns.refusals[gate]), 0))} in all
          </span>
        </figcaption>
        <div class="lanes">
          {gates.map((gate) => {
            const count = sum(columns.refusals[gate])
            return (
              <div key={gate} class="lane">
                <a href={formatRoute({ view: 'requests', query: { gate } })}>{gate}</a>
                <Chart
                  label={`Refused at ${gate}: ${formatCount(count)}`}
                  time={time}
                  height={24}
                  format={formatCount}
                  isBare
                  series={[{ label: gate, colour: 'bad', values: columns.refusals[gate], form: 'bars' }]}
                />
                <span class={`number right ${count > 0 ? 'bad' : 'muted'}`}>{formatCount(count)}</span>
              </div>
            )
          })}
        </div>
      </figure>
      <figure class="plot">
        <figcaption>
          <h2>Execution environments</h2>
          <span class="muted number">{sayCount(sum(coldStarts), 'cold start')}</span>
        </figcaption>
        <Chart
          label={`Execution environments: ${environments.at(-1) ?? 0} now, ${sayCount(sum(coldStarts), 'cold start')}`}
          time={time}
          height={chartHeight}
          format={formatCount}
          isCount
          series={[
            { label: 'environments', colour: 'accent', values: environments, form: 'area' },
            { label: 'cold starts', colour: 'warn', values: coldStarts, form: 'bars' },
          ]}
        />
      </figure>
    </div>
  )
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

const sayCount = (number: number, what: string): string =>
  `${formatCount(number)} ${what}${number === 1 ? '' : 's'}`

/** As short as an axis needs it. */
function formatDuration(ms: number): string {
  if (ms === 0) return '0'
  return ms < 1_000 ? formatMs(ms) : `${Number((ms / 1_000).toFixed(2))} s`
}

/** Whether the side is younger than what is plotted: what was before it is not counted. */
const isYoung = (): boolean => Date.now() - Date.parse(side.value?.startedAt ?? '') < longestMs

const longestMs = 15 * 60_000
