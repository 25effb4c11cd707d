import type {
  ExplainedAction,
  Explanation,
  NearMiss,
  PolicyFinding,
  PolicyKind,
  StatementRef,
} from '@furlong/iam'
import type { JSX } from 'preact'

type Refused = ExplainedAction & { readonly allowed: false }

/** What every policy said to each action, and the statements that came nearest. */
export function Denial({ explanation }: { readonly explanation: Explanation }): JSX.Element {
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
          {action.allowed ? <AllowedBy action={action} /> : <RefusedBy action={action} />}
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

function RefusedBy({ action }: { readonly action: Refused }): JSX.Element {
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
        <Nearest key={nameStatement(statement)} statement={statement} misses={misses} />
      ))}
    </>
  )
}

function Nearest(props: {
  readonly statement: StatementRef
  readonly misses: readonly NearMiss[]
}): JSX.Element {
  const { statement, misses } = props
  return (
    <div class="nearest">
      <p>
        <span class="muted">Nearest:</span> {nameStatement(statement)}
      </p>
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
                {element}
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
