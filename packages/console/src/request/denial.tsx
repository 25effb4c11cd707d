import type {
  ExplainedAction,
  Explanation,
  NearMiss,
  PolicyFinding,
  PolicyKind,
  StatementRef,
} from '@furlong/iam'
import type { FunctionPolicy } from '@furlong/local/console'
import type { ComponentChildren, JSX } from 'preact'
import { call } from '../api/call.ts'
import { Statement } from '../parts/statement.tsx'
import { useLoaded } from '../state/loading.ts'
import { unqualify } from '../words.ts'

/** Finds a statement's own text, where it can be read. */
type FindStatement = (ref: StatementRef) => Readonly<Record<string, unknown>> | undefined

type Refused = ExplainedAction & { readonly allowed: false }

/** What every policy said to each action, and the statements that came nearest. */
export function Denial(props: {
  readonly explanation: Explanation
  /** Whose policy the statements of the resource stand in. */
  readonly functionArn: string | undefined
}): JSX.Element {
  const { explanation, functionArn } = props
  const hasNearest = explanation.actions.some((action) => !action.allowed && action.nearest.length > 0)
  const policies = useLoaded(
    async (signal): Promise<readonly FunctionPolicy[]> => {
      if (functionArn === undefined || !hasNearest) return []
      return (await call('GET /function', { query: { arn: unqualify(functionArn) }, signal })).policies
    },
    [functionArn],
  )
  const find: FindStatement = ({ policy, sid, index }) => {
    if (policies.kind !== 'loaded' || policy.type !== 'resource') return undefined
    const qualifier = functionArn?.split(':')[7]
    const found = policies.value.find((one) => one.qualifier === qualifier)?.statements[index]
    // The policy may have changed since.
    return found?.sid === sid ? found?.statement : undefined
  }
  return (
    <div class="actions">
      {explanation.actions.map((action) => (
        <article key={action.action} class="action">
          <h3 class="action-head">
            <span class={action.allowed ? 'ok' : 'bad'} aria-hidden="true">
              {action.allowed ? '✓' : outcomes[action.kind].mark}
            </span>
            <code>{action.action}</code>
            <span class="muted">{action.allowed ? 'allowed' : outcomes[action.kind].says}</span>
          </h3>
          {action.allowed ? <AllowedBy action={action} /> : <RefusedBy action={action} find={find} />}
        </article>
      ))}
    </div>
  )
}

function AllowedBy({
  action,
}: {
  readonly action: ExplainedAction & { readonly allowed: true }
}): JSX.Element {
  const unless = (action.unless ?? []).map((type) => kindNames[type]).join(' or ')
  return (
    <>
      {action.by.map((by) => (
        <p key={nameStatement(by)}>by {nameStatement(by)}</p>
      ))}
      {unless !== '' && <p class="muted">unless a {unless} that could not be read denies it</p>}
    </>
  )
}

function RefusedBy(props: { readonly action: Refused; readonly find: FindStatement }): JSX.Element {
  const { action, find } = props
  return (
    <>
      <ul class="findings">
        {action.policies.filter(isWorthSaying).map(({ type, verdict }) => (
          <li key={type} class={verdictTones[verdict]}>
            <span class="finding-kind">{kindNames[type]}</span>
            <span>{verdictTexts[verdict]}</span>
          </li>
        ))}
      </ul>
      {groupByStatement(action.nearest).map(([statement, misses]) => (
        <Nearest key={nameStatement(statement)} of={statement} misses={misses} find={find} />
      ))}
    </>
  )
}

function Nearest(props: {
  readonly of: StatementRef
  readonly misses: readonly NearMiss[]
  readonly find: FindStatement
}): JSX.Element {
  const { of, misses, find } = props
  const statement = find(of)
  return (
    <div class="nearest">
      <p>
        <span class="muted">Nearest:</span> {nameStatement(of)}
      </p>
      {statement !== undefined && (
        <Statement statement={statement} failing={misses.map(({ element }) => element)} />
      )}
      <table class="misses">
        <thead>
          <tr>
            <th scope="col">Element</th>
            <th scope="col">The statement wants</th>
            <th scope="col">The request has</th>
          </tr>
        </thead>
        <tbody>
          {misses.map(({ element, wanted, got }) => (
            <tr key={element}>
              <th scope="row" class="mono">
                {breakAtPoints(element)}
              </th>
              <td class="mono">{wanted}</td>
              <td class="mono bad">{got}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A long name breaks where a reader would break it. */
function breakAtPoints(element: string): ComponentChildren {
  return element.split('.').flatMap((part, at) => (at === 0 ? [part] : ['.', <wbr key={at} />, part]))
}

function groupByStatement(nearest: readonly NearMiss[]): [StatementRef, readonly NearMiss[]][] {
  const groups = new Map<string, [StatementRef, NearMiss[]]>()
  for (const miss of nearest) {
    const key = nameStatement(miss.statement)
    const group = groups.get(key) ?? [miss.statement, []]
    group[1].push(miss)
    groups.set(key, group)
  }
  return [...groups.values()]
}

// Boundaries, session policies and SCPs are rare: that there is none needs no words.
const isWorthSaying = ({ type, verdict }: PolicyFinding): boolean =>
  verdict !== 'absent' || type === 'resource' || type === 'identity'

function nameStatement({ policy, sid, index }: StatementRef): string {
  return `${sid === undefined ? `statement ${index + 1}` : `'${sid}'`} of ${policy.name}`
}

const outcomes: Readonly<Record<Refused['kind'], { readonly mark: string; readonly says: string }>> = {
  'explicit-deny': { mark: '✗', says: 'denied' },
  'implicit-deny': { mark: '✗', says: 'not allowed' },
  unknown: { mark: '?', says: 'left open by what could not be read' },
}

const kindNames: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity policy',
  resource: 'resource policy',
  trust: 'trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  scp: 'service control policy',
}

const verdictTexts: Readonly<Record<PolicyFinding['verdict'], string>> = {
  allows: 'allows',
  delegates: 'leaves it to the account',
  denies: 'denies',
  silent: 'silent',
  absent: 'there is none',
  unknown: 'not known',
}

const verdictTones: Readonly<Record<PolicyFinding['verdict'], string>> = {
  allows: 'ok',
  delegates: 'muted',
  denies: 'bad',
  silent: 'muted',
  absent: 'muted',
  unknown: 'warn',
}
