import type { EnvironmentCounts, FunctionDetail } from '@furlong/local/console'
import type { JSX } from 'preact'
import { formatCount } from '../words.ts'

const states = ['starting', 'busy', 'idle', 'frozen', 'stopping'] as const

/** How many execution environments a function has, as one small mark each, by what they do. */
export function EnvironmentMarks({ counts }: { readonly counts: EnvironmentCounts }): JSX.Element | null {
  const shown = { ...counts, idle: counts.idle - counts.frozen }
  const says = states.filter((state) => shown[state] > 0).map((state) => `${shown[state]} ${state}`)
  if (counts.waiting > 0) says.push(`${counts.waiting} invocations wait`)
  if (says.length === 0) return null
  return (
    <span class="environment-marks" role="img" aria-label={says.join(', ')} title={says.join(', ')}>
      {states.flatMap((state) =>
        Array.from({ length: Math.min(shown[state], 12) }, (_, at) => (
          <i key={`${state}${at}`} class={`environment-mark ${state}`} />
        )),
      )}
    </span>
  )
}

/** The execution environments of a function, one a row. */
export function Environments({ pools }: { readonly pools: FunctionDetail['pools'] }): JSX.Element {
  const environments = pools.flatMap((pool) => pool.environments.map((one) => ({ ...one, pool })))
  const waiting = pools.reduce((sum, pool) => sum + pool.waiting, 0)
  if (environments.length === 0)
    return <p class="muted">None runs now. The next call starts one: that is a cold start.</p>
  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col" class="right">
              Process
            </th>
            <th scope="col" class="right">
              Invocations
            </th>
          </tr>
        </thead>
        <tbody>
          {environments.map(({ pid, state, isFrozen, invocations, pool }, at) => (
            <tr key={pid ?? at}>
              <td>
                <i class={`environment-mark ${isFrozen ? 'frozen' : state}`} aria-hidden="true" />{' '}
                {isFrozen ? 'frozen' : state}
                {pool.isDraining && <span class="muted"> · of an older revision, retiring</span>}
              </td>
              <td class="mono">{pool.version}</td>
              <td class="number right">{pid ?? '—'}</td>
              <td class="number right">{formatCount(invocations)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {waiting > 0 && <p class="warn">{formatCount(waiting)} invocations wait for an environment.</p>}
    </>
  )
}
