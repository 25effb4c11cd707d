import type { ExplainedAction, Explanation, PolicyFinding, PolicyKind, StatementRef } from '@furlong/iam'
import type { JSX } from 'preact'
import { NamedStatement, type NamedStatementFacts, nameStatement } from './named-statement.tsx'

type Refused = ExplainedAction & { readonly allowed: false }

/** What every policy said to each action, and the statements that came nearest or deny it, as they stood. */
export function Denial({ explanation }: { readonly explanation: Explanation }): JSX.Element {
  const isNew = createFilter()
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
          {action.allowed ? (
            <AllowedBy action={action} />
          ) : (
            <RefusedBy
              action={action}
              statements={listStatements(action, explanation).map((one) => ({ ...one, isNew: isNew(one) }))}
            />
          )}
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

function RefusedBy(props: {
  readonly action: Refused
  readonly statements: readonly (NamedStatementFacts & {
    /** Whether no action before has shown the same. */
    readonly isNew: boolean
  })[]
}): JSX.Element {
  const { action, statements } = props
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
      {statements.map(({ isNew, ...statement }, at) => {
        const { isDenying, of } = statement
        const isFirst = at === 0 || isDenying
        const title = isDenying ? 'Denied by' : isFirst ? 'Nearest' : 'Near, too'
        const name = nameStatement(of)
        if (isNew) return <NamedStatement key={name} {...statement} title={title} isFolded={!isFirst} />
        return (
          isFirst && (
            <p key={name}>
              <span class="muted">{title}:</span> {name} <span class="muted">(above)</span>
            </p>
          )
        )
      })}
    </>
  )
}

function listStatements(action: Refused, { statements = [] }: Explanation): readonly NamedStatementFacts[] {
  const { nearest, by, denying = [] } = action
  const isDenying = by.length > 0
  const compared = isDenying ? denying : nearest
  const named = isDenying ? by : nearest.map(({ statement }) => statement)
  return named
    .filter((of, at) => named.findIndex((other) => isSame(other, of)) === at)
    .map((of) => ({
      of,
      written: statements.find(({ statement }) => isSame(statement, of))?.written,
      compared: compared.filter(({ statement }) => isSame(statement, of)),
      isDenying,
    }))
}

function isSame(one: StatementRef, other: StatementRef): boolean {
  const { policy, index } = one
  return index === other.index && policy.type === other.policy.type && policy.name === other.policy.name
}

/** Both actions often fail at the same element of the same statement; which action it was, its heading says. */
function createFilter(): (statement: NamedStatementFacts) => boolean {
  const shown = new Set<string>()
  return ({ of, compared }) => {
    const before = shown.size
    const what = compared.map(({ element, got }) => [element, element.endsWith('Action') ? '' : got])
    return shown.add(JSON.stringify([of.policy, of.index, what])).size > before
  }
}

// Boundaries, session policies and SCPs are rare: that there is none needs no words.
const isWorthSaying = ({ type, verdict }: PolicyFinding): boolean =>
  verdict !== 'absent' || type === 'resource' || type === 'identity'

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
