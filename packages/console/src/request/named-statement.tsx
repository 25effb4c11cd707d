import type { ComparedElement, PolicyKind, StatementRef, WrittenStatement } from '@furlong/iam'
import type { JSX } from 'preact'
import { CopyButton } from '../parts/copy-button.tsx'
import { Statement } from '../parts/statement.tsx'

/** A statement that came near, or that denies, with what decided about it. */
export interface NamedStatementFacts {
  readonly of: StatementRef
  /** Absent for one that is too long to be kept. */
  readonly written: WrittenStatement | undefined
  readonly compared: readonly ComparedElement[]
  readonly isDenying: boolean
}

/** One statement that an explanation names: what is marked in it is what decided, and below it stands what the request had. */
export function NamedStatement(
  props: NamedStatementFacts & {
    /** Such as `Nearest`. */
    readonly title: string
    /** Whether its JSON waits until it is asked for. */
    readonly isFolded: boolean
  },
): JSX.Element {
  const { of, written, compared, isDenying, title, isFolded } = props
  const head = (
    <>
      <span class="muted">{title}:</span> {nameStatement(of)}
    </>
  )
  if (written === undefined)
    return (
      <div class="named-statement">
        <p>{head}</p>
        <ul class="misses">
          {compared.map((one) => (
            <li key={one.element}>
              <code>{one.element}</code> {isDenying ? 'is' : 'wants'} <code>{one.wanted}</code>,{' '}
              <Got {...one} />
            </li>
          ))}
        </ul>
      </div>
    )
  const notes = compared.map((one) => ({ element: one.element, says: <Got {...one} /> }))
  const statement = (
    <Statement statement={written} notes={isDenying ? [{ element: 'Effect' }, ...notes] : notes} />
  )
  if (isFolded)
    return (
      <details class="named-statement">
        <summary>
          {head} <span class="muted">({compared.map(({ element }) => element).join(', ')})</span>
        </summary>
        {statement}
      </details>
    )
  return (
    <div class="named-statement">
      <p class="named-head">
        <span>{head}</span>
        <CopyButton text={() => JSON.stringify(written, undefined, 2)} what="the statement" />
      </p>
      {statement}
    </div>
  )
}

/** Names a statement as text. */
export function nameStatement({ policy, sid = '', index }: StatementRef): string {
  return `${sid === '' ? `statement ${index + 1}` : `'${sid}'`} of ${prefixes[policy.type] ?? ''}${policy.name}`
}

function Got({ element, got }: Pick<ComparedElement, 'element' | 'got'>): JSX.Element {
  return (
    <>
      <span class="muted">{element.endsWith('Principal') ? 'the caller is' : 'the request has'}</span>{' '}
      <code class="bad">{got}</code>
    </>
  )
}

/** The names of other policies say themselves what they are. */
const prefixes: Readonly<Partial<Record<PolicyKind, string>>> = {
  identity: 'identity policy ',
  boundary: 'permissions boundary ',
  scp: 'service control policy ',
}
