import type { RequestRecord } from '@furlong/local'
import type { JSX } from 'preact'
import { formatMs, gateQuestions, gates } from '../words.ts'

/** The way of a request, gate by gate: when each began and how long it took. */
export function Waterfall({ record }: { readonly record: RequestRecord }): JSX.Element {
  const total = Math.max(record.durationMs, record.gates.at(-1)?.atMs ?? 0, 0.001)
  const steps = gates.map((gate) => {
    const index = record.gates.findIndex((outcome) => outcome.gate === gate)
    const outcome = record.gates[index]
    return { gate, outcome, from: index > 0 ? (record.gates[index - 1]?.atMs ?? 0) : 0 }
  })
  const end = record.gates.at(-1)
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
              {outcome !== undefined && (
                <i
                  style={{
                    marginLeft: `${(from / total) * 100}%`,
                    width: `${(took / total) * 100}%`,
                  }}
                />
              )}
            </span>
            <span class="number right">{outcome === undefined ? '' : formatMs(took)}</span>
            <span class="visually-hidden">{outcome?.outcome ?? 'not asked'}</span>
            <span class="step-says clip" title={outcome?.says}>
              {outcome === undefined ? (end?.outcome === 'passed' ? '' : 'not asked') : outcome.says}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
