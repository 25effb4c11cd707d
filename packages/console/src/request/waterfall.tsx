import type { RequestRecord } from '@furlong/local'
import type { JSX } from 'preact'
import { formatMs, gateQuestions, gates } from '../words.ts'

/** The way of a request, gate by gate: when each began and how long it took. */
export function Waterfall({ record }: { readonly record: RequestRecord }): JSX.Element {
  const total = Math.max(record.durationMs, record.gates.at(-1)?.atMs ?? 0, 0.001)
  const steps = gates.map((gate) => {
    // An API's authorization is asked more than once: what counts is what became of it in the end.
    const outcome = record.gates.findLast((one) => one.gate === gate)
    const first = record.gates.findIndex((one) => one.gate === gate)
    return { gate, outcome, from: first > 0 ? (record.gates[first - 1]?.atMs ?? 0) : 0 }
  })
  const end = record.gates.at(-1)
  const rest = end === undefined ? 0 : record.durationMs - end.atMs
  return (
    <ol class="waterfall" aria-label="Gates">
      {steps.map(({ gate, outcome, from }) => {
        const took = outcome === undefined ? 0 : outcome.atMs - from
        return (
          <li key={gate} class={`step ${outcome?.outcome ?? 'unasked'}`} title={gateQuestions[gate]}>
            <span class="gates">
              <i class={`gate ${outcome?.outcome ?? 'unasked'}`} />
            </span>
            <span class="step-name">{gate}</span>
            <span class="track" aria-hidden="true">
              {outcome !== undefined && <Bar from={from / total} took={took / total} />}
            </span>
            <span class="number right">{outcome === undefined ? '' : formatMs(took)}</span>
            <span class="visually-hidden">{outcome?.outcome ?? 'not asked'}</span>
            <span class="step-says clip" title={outcome?.says}>
              {outcome === undefined ? (end?.outcome === 'passed' ? '' : 'not asked') : outcome.says}
            </span>
          </li>
        )
      })}
      {/* What no gate took: to find out why, to write the answer, to wait until it was read. */}
      {end !== undefined && rest >= leastRestMs && (
        <li class="step rest" title="From the last gate until the answer was out">
          <span />
          <span class="step-name">answer</span>
          <span class="track" aria-hidden="true">
            <Bar from={end.atMs / total} took={rest / total} />
          </span>
          <span class="number right">{formatMs(rest)}</span>
          <span class="step-says clip">until it was sent</span>
        </li>
      )}
    </ol>
  )
}

/** Less than this is shown as 0.0 ms, and says nothing. */
const leastRestMs = 0.05

/** Both as parts of the whole. */
function Bar({ from, took }: { readonly from: number; readonly took: number }): JSX.Element {
  return <i style={{ marginLeft: `${from * 100}%`, width: `${took * 100}%` }} />
}
